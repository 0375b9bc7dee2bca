-- When the oldest case was received; no row when there is none.
-- Index: cases_receive.
SELECT (extract(epoch FROM receive_time) * 1000000)::bigint AS receive_micros
FROM cases ORDER BY receive_time, case_no LIMIT 1
