-- Cancels at $2 an instruction $1 that reaches nobody any more: one that waits
-- for its release, or a drill that waits for its month; with the reason $3, for
-- the request ($4, $5) with the digest $6. Index: primary key.
WITH ended AS (
  UPDATE instruction
  SET state = 6, end_time = $2::timestamptz, ended_by = $3,
      next_timer_time = NULL
  WHERE instruction_id = $1
    AND (state IN (1, 2) OR (state = 4 AND next_timer_time IS NOT NULL))
  RETURNING instruction_id
)
INSERT INTO instruction_request (caller, request_id, digest, instruction_id)
SELECT $4, $5, $6::bytea, instruction_id FROM ended
RETURNING instruction_id
