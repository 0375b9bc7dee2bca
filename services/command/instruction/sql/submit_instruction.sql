-- Hands a draft $1 to another person, for the request ($2, $3) with the digest
-- $4. Index: primary key.
WITH submitted AS (
  UPDATE instruction SET state = 2 WHERE instruction_id = $1 AND state = 1
  RETURNING instruction_id
)
INSERT INTO instruction_request (caller, request_id, digest, instruction_id)
SELECT $2, $3, $4::bytea, instruction_id FROM submitted
RETURNING instruction_id
