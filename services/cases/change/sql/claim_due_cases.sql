-- Takes a lease of 10 seconds on cases with a timer that is due and that nobody
-- else has a lease on, the oldest first; $2 rows at most; without a body when
-- somebody else was faster. A case whose timers cannot be fired comes again when
-- its lease has ended.
-- Indexes: cases_next_timer, timer_lease's primary key.
WITH due AS (
  SELECT case_no, body FROM cases
  WHERE next_timer_time <= $1::timestamptz
    AND NOT EXISTS (SELECT FROM timer_lease l
                    WHERE l.case_no = cases.case_no AND l.lease_end > now())
  ORDER BY next_timer_time, case_no
  LIMIT $2::bigint
),
claimed AS (
  INSERT INTO timer_lease (case_no, lease_end)
  SELECT case_no, now() + interval '10 seconds' FROM due
  ON CONFLICT (case_no) DO UPDATE SET lease_end = excluded.lease_end
  WHERE timer_lease.lease_end <= now()
  RETURNING case_no
)
SELECT CASE WHEN c.case_no IS NOT NULL THEN d.body END AS body
FROM due d LEFT JOIN claimed c USING (case_no)
