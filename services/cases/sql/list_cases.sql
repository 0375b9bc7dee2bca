-- A page of cases, newest first, after (receive_time $1, case_no $2): state $3
-- (0 for all), lead unit $4, source $5, waiting for an operator $6; $7 rows.
-- Indexes: cases_lead_unit with a unit, else cases_receive.
SELECT body, (extract(epoch FROM receive_time) * 1000000)::bigint
         AS receive_micros, case_no
FROM cases
WHERE (receive_time, case_no) < ($1::timestamptz, $2)
  AND ($3::smallint = 0 OR state = $3::smallint)
  AND ($4 = '' OR lead_unit_id = $4)
  AND ($5 = '' OR source_id = $5)
  AND (NOT $6::boolean OR needs_operator)
ORDER BY receive_time DESC, case_no DESC
LIMIT $7::bigint
