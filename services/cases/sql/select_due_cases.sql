-- Cases with a timer that is due, the oldest first; $2 rows at most.
-- Index: cases_next_timer.
SELECT case_no FROM cases
WHERE next_timer_time <= $1::timestamptz
ORDER BY next_timer_time
LIMIT $2::bigint
