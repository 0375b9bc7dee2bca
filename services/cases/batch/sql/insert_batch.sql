-- Opens a batch $1; nothing when it is open already.
INSERT INTO batch (batch_id, root_cause, category_code) VALUES ($1, $2, $3)
ON CONFLICT (batch_id) DO NOTHING
