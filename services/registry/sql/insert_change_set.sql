-- Adds a change set. No row when the request_id was used before. Index: the
-- unique key of request_id.
INSERT INTO change_set
  (change_set_id, request_id, request_hash, state, author, base_version, version,
   comment, activate_time, propose_time, row_count, body)
VALUES ($1, $2, $3::bytea, $4::integer, $5, $6::bigint, $7::bigint,
        $8, $9::timestamptz, $10::timestamptz, $11::bigint, $12::bytea)
ON CONFLICT (request_id) DO NOTHING
RETURNING change_set_id
