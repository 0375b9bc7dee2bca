-- Writes changes of cases: rows, events, feedback, and the request_ids that must
-- not work twice. Changes of one group ($1) are written together or not at all:
-- only when every case of it still has its expected version. A case comes once.
-- Returns the groups written. Index: primary keys. Rows: at most 200 cases.
WITH input AS (
  SELECT * FROM unnest(
    $1::int[], $2::text[], $3::bigint[], $4::bigint[], $5::smallint[],
    $6::text[], $7::text[], $8::text[], $9::boolean[], $10::timestamptz[],
    $11::bytea[], $12::text[], $13::text[], $14::bytea[], $25::text[])
  AS i(group_number, case_no, expected, version, state, district_code,
       category_code, lead_unit_id, needs_operator, next_timer_time, body,
       caller, request_id, digest, merge_spot)
),
-- In one order, so that groups cannot deadlock.
locked AS (
  SELECT c.case_no
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
      merge_spot = i.merge_spot, body = i.body
  FROM input i JOIN complete USING (group_number)
  WHERE c.case_no = i.case_no AND c.version = i.expected
  RETURNING c.case_no
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
  FROM unnest($15::text[], $16::bigint[], $17::text[], $18::smallint[],
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
