-- Writes changes of cases: rows, events, feedback, and the request_ids that must
-- not work twice. Changes of one group ($1) are written together or not at all:
-- only when every case of it still has its expected version. A case comes once.
-- Returns the groups written. Index: primary keys. Rows: at most 200 cases.
WITH input AS (
  SELECT * FROM unnest(
    $1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[],
    $6::text[], $7::text[], $8::text[], $9::boolean[], $10::timestamptz[],
    $11::bytea[], $12::text[], $13::text[], $14::bytea[], $25::text[],
    $26::text[], $27::bigint[], $28::text[])
  AS i(group_number, case_no, expected, version, state, district_code,
       category_code, lead_unit_id, needs_operator, next_timer_time, body,
       caller, request_id, digest, merge_spot, street_grid_id, light, measures)
),
-- In one order, so that groups cannot deadlock.
locked AS (
  SELECT c.case_no, c.district_code, c.street_grid_id, c.lead_unit_id,
         c.category_code, c.measures
  FROM cases c JOIN input i ON c.case_no = i.case_no AND c.version = i.expected
  ORDER BY c.case_no
  FOR UPDATE OF c
),
complete AS (
  SELECT i.group_number
  FROM input i LEFT JOIN locked l USING (case_no)
  GROUP BY i.group_number
  HAVING bool_and(l.case_no IS NOT NULL)
),
changed AS (
  UPDATE cases c
  SET version = i.version, state = i.state, district_code = i.district_code,
      category_code = i.category_code, lead_unit_id = i.lead_unit_id,
      needs_operator = i.needs_operator, next_timer_time = i.next_timer_time,
      merge_spot = i.merge_spot, street_grid_id = i.street_grid_id,
      light = i.light, measures = i.measures::smallint[], body = i.body
  FROM input i JOIN complete USING (group_number)
  WHERE c.case_no = i.case_no AND c.version = i.expected
  RETURNING c.case_no, c.district_code, c.street_grid_id, c.lead_unit_id,
            c.category_code, c.source_id, c.receive_time, c.measures
),
counted AS (
  INSERT INTO statistic_change (day, district_code, street_grid_id,
                                lead_unit_id, category_code, source_id,
                                measures, sign)
  SELECT (new.receive_time AT TIME ZONE 'Asia/Shanghai')::date,
         v.district_code, v.street_grid_id, v.lead_unit_id, v.category_code,
         new.source_id, v.measures, v.sign
  FROM changed new JOIN locked old USING (case_no)
  CROSS JOIN LATERAL (VALUES
    (old.district_code, old.street_grid_id, old.lead_unit_id,
     old.category_code, old.measures, -1),
    (new.district_code, new.street_grid_id, new.lead_unit_id,
     new.category_code, new.measures, 1))
    AS v(district_code, street_grid_id, lead_unit_id, category_code, measures,
         sign)
  WHERE (old.district_code, old.street_grid_id, old.lead_unit_id,
         old.category_code, old.measures)
    IS DISTINCT FROM
        (new.district_code, new.street_grid_id, new.lead_unit_id,
         new.category_code, new.measures)
),
new_request AS (
  INSERT INTO request (caller, request_id, digest, case_no)
  SELECT i.caller, i.request_id, i.digest, i.case_no
  FROM input i JOIN changed USING (case_no)
  WHERE i.request_id <> ''
),
new_event AS (
  INSERT INTO event (case_no, sequence, title, state, accountable_unit_id, body,
                     hash)
  SELECT e.case_no, e.sequence, e.title, e.state, e.unit, e.body, e.hash
  FROM unnest($15::text[], $16::bigint[], $17::text[], $18::bigint[],
              $19::text[], $20::bytea[], $21::bytea[])
    WITH ORDINALITY
    AS e(case_no, sequence, title, state, unit, body, hash, number)
  JOIN changed USING (case_no)
  ORDER BY e.number
),
new_feedback AS (
  INSERT INTO feedback (source_id, body)
  SELECT f.source_id, f.body
  FROM unnest($22::text[], $23::text[], $24::bytea[])
    WITH ORDINALITY AS f(case_no, source_id, body, number)
  JOIN changed USING (case_no)
  ORDER BY f.number
)
SELECT group_number FROM complete
