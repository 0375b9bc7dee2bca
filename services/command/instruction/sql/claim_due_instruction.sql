-- An instruction whose timer is due at $1 and that no other process works on;
-- the lock is the lease. Index: instruction_next_timer.
SELECT instruction_id, instruction_no, state, body, releaser, delivery_no,
       ended_by, city_version, escalation_stage, reach_measured, successor_id,
       (extract(epoch FROM release_time) * 1000000)::bigint AS release_micros,
       (extract(epoch FROM end_time) * 1000000)::bigint AS end_micros
FROM instruction
WHERE next_timer_time <= $1::timestamptz
ORDER BY next_timer_time
LIMIT 1
FOR UPDATE SKIP LOCKED
