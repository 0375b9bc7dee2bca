-- Starts the programme of a batch; nothing when there is one or no such batch.
INSERT INTO programme (batch_id, title, unit_id, due_day, officer_id)
SELECT batch_id, $2, $3, $4::date, $5 FROM batch WHERE batch_id = $1
ON CONFLICT DO NOTHING
