-- An instruction. Index: primary key.
SELECT instruction_id, instruction_no, state, body, releaser, delivery_no,
       ended_by, city_version, escalation_stage, reach_measured, successor_id,
       (extract(epoch FROM release_time) * 1000000)::bigint AS release_micros,
       (extract(epoch FROM end_time) * 1000000)::bigint AS end_micros
FROM instruction WHERE instruction_id = $1
