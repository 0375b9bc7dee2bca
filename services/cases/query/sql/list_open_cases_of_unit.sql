-- As list_cases_of_unit.sql, of the open cases only, with light $8 (0 for all).
-- Index: cases_open_unit.
SELECT body, (extract(epoch FROM receive_time) * 1000000)::bigint
         AS receive_micros, case_no
FROM cases
WHERE state < 10 AND lead_unit_id = $4
  AND (receive_time, case_no) < ($1::timestamptz, $2)
  AND ($3::smallint = 0 OR state = $3::smallint)
  AND ($5 = '' OR source_id = $5)
  AND (NOT $6::boolean OR needs_operator)
  AND ($8::smallint = 0 OR light = $8::smallint)
ORDER BY receive_time DESC, case_no DESC
LIMIT $7::bigint
