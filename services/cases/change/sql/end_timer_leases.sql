-- Ends the leases on cases $1, and forgets those of processes that died.
DELETE FROM timer_lease
WHERE case_no = ANY($1::text[]) OR lease_end < now() - interval '1 minute'
