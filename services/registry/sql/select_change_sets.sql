-- Change sets in state $1 (0 for all), newest first, after the one proposed at
-- $2 with id $3; at most $4. Index: change_set_newest.
SELECT change_set_id, request_hash, state, author, decider, base_version, version,
       comment, reason, row_count, body,
       activate_time IS NOT NULL AS has_time,
       (extract(epoch FROM activate_time) * 1000000)::bigint AS activate_micros,
       (extract(epoch FROM propose_time) * 1000000)::bigint AS propose_micros,
       decide_time IS NOT NULL AS decided,
       (extract(epoch FROM decide_time) * 1000000)::bigint AS decide_micros
FROM change_set
WHERE ($1::integer = 0 OR state = $1::integer)
  AND (propose_time, change_set_id) < ($2::timestamptz, $3)
ORDER BY propose_time DESC, change_set_id DESC
LIMIT $4::bigint
