-- Writes a new instruction for the request ($1, $2) with the digest $3; nothing
-- when the request was there before.
-- Index: instruction_request's primary key.
WITH request AS (
  INSERT INTO instruction_request (caller, request_id, digest, instruction_id)
  VALUES ($1, $2, $3::bytea, $4) ON CONFLICT DO NOTHING
  RETURNING 1
)
INSERT INTO instruction (instruction_id, state, reference_id, cap_reference,
                         next_timer_time, body)
SELECT $4, $5::smallint, $6, nullif($7, ''), $8::timestamptz, $9::bytea
FROM request
RETURNING instruction_id
