-- Writes changes of cases: rows, events, feedback, and the request_ids that must
-- not work twice. Changes of one group ($1, of $29 cases) are written together or
-- not at all: only when every case of it still has its expected version and no
-- request of it was carried out before. A case comes once.
-- Each step hands on all that the next ones need: joining them again would
-- compare all pairs. Returns the groups written, once for each case of theirs.
-- Index: primary keys. Rows: at most 200 cases.
WITH input AS (
  SELECT * FROM unnest(
    $1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[],
    $6::text[], $7::text[], $8::text[], $9::boolean[], $10::timestamptz[],
    $11::bytea[], $12::text[], $13::text[], $14::bytea[], $25::text[],
    $26::text[], $27::bigint[], $28::text[], $29::bigint[])
  AS i(group_number, case_no, expected, version, state, district_code,
       category_code, lead_unit_id, needs_operator, next_timer_time, body,
       caller, request_id, digest, merge_spot, street_grid_id, light, measures,
       group_size)
),
-- In one order, so that groups cannot deadlock. A row that is locked stays where
-- it is.
locked AS (
  SELECT i.*, c.ctid AS place, c.district_code AS old_district_code,
         c.street_grid_id AS old_street_grid_id,
         c.lead_unit_id AS old_lead_unit_id,
         c.category_code AS old_category_code, c.measures AS old_measures
  FROM input i
  JOIN cases c ON c.case_no = i.case_no AND c.version = i.expected
  LEFT JOIN request r ON r.caller = i.caller AND r.request_id = i.request_id
  WHERE r.caller IS NULL
  ORDER BY c.case_no
  FOR UPDATE OF c
),
counted AS (
  SELECT *, count(*) OVER (PARTITION BY group_number) AS found FROM locked
),
changed AS (
  UPDATE cases c
  SET version = i.version, state = i.state, district_code = i.district_code,
      category_code = i.category_code, lead_unit_id = i.lead_unit_id,
      needs_operator = i.needs_operator, next_timer_time = i.next_timer_time,
      merge_spot = i.merge_spot, street_grid_id = i.street_grid_id,
      light = i.light, measures = i.measures::smallint[], body = i.body
  FROM counted i
  WHERE c.ctid = i.place AND i.found = i.group_size
  RETURNING i.group_number, i.caller, i.request_id, i.digest, c.case_no,
            c.source_id, c.receive_time, c.district_code, c.street_grid_id,
            c.lead_unit_id, c.category_code, c.measures, i.old_district_code,
            i.old_street_grid_id, i.old_lead_unit_id, i.old_category_code,
            i.old_measures
),
new_statistic AS (
  INSERT INTO statistic_change (day, district_code, street_grid_id,
                                lead_unit_id, category_code, source_id,
                                measures, sign)
  SELECT (c.receive_time AT TIME ZONE 'Asia/Shanghai')::date,
         v.district_code, v.street_grid_id, v.lead_unit_id, v.category_code,
         c.source_id, v.measures, v.sign
  FROM changed c
  CROSS JOIN LATERAL (VALUES
    (c.old_district_code, c.old_street_grid_id, c.old_lead_unit_id,
     c.old_category_code, c.old_measures, -1),
    (c.district_code, c.street_grid_id, c.lead_unit_id,
     c.category_code, c.measures, 1))
    AS v(district_code, street_grid_id, lead_unit_id, category_code, measures,
         sign)
  WHERE (c.old_district_code, c.old_street_grid_id, c.old_lead_unit_id,
         c.old_category_code, c.old_measures)
    IS DISTINCT FROM
        (c.district_code, c.street_grid_id, c.lead_unit_id,
         c.category_code, c.measures)
),
new_request AS (
  INSERT INTO request (caller, request_id, digest, case_no)
  SELECT caller, request_id, digest, case_no FROM changed WHERE request_id <> ''
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
SELECT group_number FROM changed
