-- What time has made of an instruction $1, which is locked. Index: primary key.
UPDATE instruction
SET state = $2::smallint, end_time = $3::timestamptz,
    escalation_stage = $4::integer, reach_measured = $5::boolean,
    successor_id = $6, next_timer_time = $7::timestamptz
WHERE instruction_id = $1
