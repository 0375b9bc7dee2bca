-- Referrals in the states $1, of the station or branch $2 (empty for all), the
-- oldest first. Index: referral_state. 1,000 rows.
SELECT body FROM referral
WHERE state = ANY ($1::bigint[])
  AND ($2 = '' OR station_unit_id = $2 OR branch_unit_id = $2)
ORDER BY create_time
LIMIT 1000
