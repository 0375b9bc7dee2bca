-- The instruction that a request made. Index: unique (caller, request_id).
SELECT instruction_id, digest FROM instruction
WHERE caller = $1 AND request_id = $2
