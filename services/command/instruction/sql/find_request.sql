-- The instruction that a request made or changed. Index: primary key.
SELECT instruction_id, digest FROM instruction_request
WHERE caller = $1 AND request_id = $2
