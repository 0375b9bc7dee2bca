-- Releases an instruction that waits for it: state $2, body $3, at $4 by the
-- request $5, as a delivery $6 to $10 for the recipients $11. No row when it
-- does not wait any more.
WITH waiting AS (
  SELECT instruction_id FROM instruction
  WHERE instruction_id = $1 AND state IN (1, 2) FOR UPDATE
),
sent AS (
  INSERT INTO delivery (origin, kind, subject_id, expire_time, body)
  SELECT $6, $7::smallint, $8, $9::timestamptz, $10::bytea FROM waiting
  RETURNING delivery_no
),
recipients AS (
  INSERT INTO delivery_recipient (recipient_id, delivery_no)
  SELECT r, sent.delivery_no FROM sent, unnest($11::text[]) AS r
)
UPDATE instruction
SET state = $2::smallint, body = $3::bytea, release_time = $4::timestamptz,
    release_request_id = $5, delivery_no = sent.delivery_no
FROM sent
WHERE instruction_id = $1
RETURNING instruction_id
