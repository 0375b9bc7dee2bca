-- Writes a new instruction, or leaves the one the request made before.
-- Index: unique (caller, request_id).
INSERT INTO instruction (instruction_id, caller, request_id, digest, state, body)
VALUES ($1, $2, $3, $4::bytea, $5::smallint, $6::bytea)
ON CONFLICT (caller, request_id) DO NOTHING
