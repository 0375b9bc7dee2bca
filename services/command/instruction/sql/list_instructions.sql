-- Instructions in the states $1 (all when it is empty) before number $2, the
-- latest first. Index: instruction_list. $3 rows.
SELECT instruction_id, instruction_no, state, body, releaser, delivery_no,
       ended_by, city_version, escalation_stage, reach_measured, successor_id,
       (extract(epoch FROM release_time) * 1000000)::bigint AS release_micros,
       (extract(epoch FROM end_time) * 1000000)::bigint AS end_micros
FROM instruction
WHERE instruction_no < $2::bigint
  AND (cardinality($1::bigint[]) = 0 OR state = ANY($1::bigint[]))
ORDER BY instruction_no DESC
LIMIT $3::bigint
