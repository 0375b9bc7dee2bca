-- A page of cases, newest first, after (receive_time $1, case_no $2): state $3
-- (0 for all), source $5, waiting for an operator $6; $7 rows. $4 is empty: see
-- list_cases_of_unit.sql. Index: cases_receive.
SELECT body, (extract(epoch FROM receive_time) * 1000000)::bigint
         AS receive_micros, case_no
FROM cases
WHERE (receive_time, case_no) < ($1::timestamptz, $2)
  AND ($3::smallint = 0 OR state = $3::smallint)
  AND $4 = ''
  AND ($5 = '' OR source_id = $5)
  AND (NOT $6::boolean OR needs_operator)
ORDER BY receive_time DESC, case_no DESC
LIMIT $7::bigint
