-- A case joins a batch; no row when there is no such batch.
INSERT INTO batch_case (batch_id, case_no)
SELECT batch_id, $2 FROM batch WHERE batch_id = $1
ON CONFLICT DO NOTHING
RETURNING batch_id
