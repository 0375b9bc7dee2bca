-- Approved change sets whose time has come by $1, in order of it. Index:
-- change_set_due.
SELECT change_set_id, request_hash, state, author, decider, base_version, version,
       comment, reason, row_count, body,
       activate_time IS NOT NULL AS has_time,
       (extract(epoch FROM activate_time) * 1000000)::bigint AS activate_micros,
       (extract(epoch FROM propose_time) * 1000000)::bigint AS propose_micros,
       decide_time IS NOT NULL AS decided,
       (extract(epoch FROM decide_time) * 1000000)::bigint AS decide_micros
FROM change_set
WHERE state = 2 AND activate_time <= $1::timestamptz
ORDER BY activate_time, change_set_id
LIMIT 100
