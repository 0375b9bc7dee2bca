-- Brings change set $1 from state $2 to state $3, decided by $4 at $5 for reason
-- $6, as version $7. No row when it is not in that state. Index: primary key.
UPDATE change_set
SET state = $3::integer, decider = $4, decide_time = $5::timestamptz,
    reason = $6, version = $7::bigint
WHERE change_set_id = $1 AND state = $2::integer
RETURNING change_set_id
