-- As list_cases.sql, of the lead unit $4. A statement of its own, because a plan
-- that also serves every unit walks past all cases of the others.
-- Index: cases_lead_unit.
SELECT body, (extract(epoch FROM receive_time) * 1000000)::bigint
         AS receive_micros, case_no
FROM cases
WHERE lead_unit_id = $4
  AND (receive_time, case_no) < ($1::timestamptz, $2)
  AND ($3::smallint = 0 OR state = $3::smallint)
  AND ($5 = '' OR source_id = $5)
  AND (NOT $6::boolean OR needs_operator)
ORDER BY receive_time DESC, case_no DESC
LIMIT $7::bigint
