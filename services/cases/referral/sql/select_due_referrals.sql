-- Referrals whose review time has passed, the oldest first; $2 rows at most.
-- Index: referral_next_timer.
SELECT referral_id FROM referral
WHERE next_timer_time <= $1::timestamptz
ORDER BY next_timer_time
LIMIT $2::bigint
