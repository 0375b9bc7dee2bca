-- Admits reports with their cases, events, feedback and reporters. Reports that
-- were admitted before (by source_ref or request_id) are left alone with all
-- that belongs to them; so are those at a merge spot whose version is no longer
-- the one that was looked at. Returns the report_ids that are new.
-- Indexes: report's two unique ones, merge_spot's. Rows: at most 1,000 reports.
WITH claimed AS (
  INSERT INTO merge_spot (spot, version)
  SELECT spot, version + 1
  FROM unnest($30::text[], $31::bigint[]) AS s(spot, version)
  ORDER BY spot  -- In one order, so that batches cannot deadlock.
  ON CONFLICT (spot) DO UPDATE SET version = excluded.version
  WHERE merge_spot.version = excluded.version - 1
  RETURNING spot
),
input AS (
  SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::text[],
    $7::timestamptz[], $8::bytea[], $9::bytea[], $10::bytea[], $11::bigint[],
    $12::bigint[], $13::text[], $14::text[], $15::text[], $16::boolean[],
    $17::timestamptz[], $18::bytea[], $19::text[], $32::text[], $33::text[],
    $34::text[], $35::bigint[], $36::text[])
  AS i(source_id, source_ref, request_id, report_id, digest, case_no,
       receive_time, report_body, answer, reporter, version,
       state, district_code, category_code, lead_unit_id, needs_operator,
       next_timer_time, case_body, key_id, looked_at, merge_spot,
       street_grid_id, light, measures)
  WHERE i.looked_at IS NULL OR i.looked_at IN (SELECT spot FROM claimed)
),
new_report AS (
  INSERT INTO report (source_id, source_ref, request_id, report_id, digest,
                      case_no, receive_time, body, answer)
  SELECT source_id, source_ref, request_id, report_id, digest, case_no,
         receive_time, report_body, answer
  FROM input
  ON CONFLICT DO NOTHING
  RETURNING report_id, case_no
),
new_case AS (
  INSERT INTO cases (case_no, version, state, source_id, district_code,
                     category_code, lead_unit_id, needs_operator, receive_time,
                     next_timer_time, merge_spot, street_grid_id, light,
                     measures, body)
  SELECT i.case_no, i.version, i.state, i.source_id, i.district_code,
         i.category_code, i.lead_unit_id, i.needs_operator, i.receive_time,
         i.next_timer_time, i.merge_spot, i.street_grid_id, i.light,
         i.measures::smallint[], i.case_body
  FROM input i JOIN new_report USING (report_id)
  RETURNING district_code, street_grid_id, lead_unit_id, category_code,
            source_id, receive_time, measures
),
counted AS (
  INSERT INTO statistic_change (day, district_code, street_grid_id,
                                lead_unit_id, category_code, source_id,
                                measures, sign)
  SELECT (receive_time AT TIME ZONE 'Asia/Shanghai')::date, district_code,
         street_grid_id, lead_unit_id, category_code, source_id, measures, 1
  FROM new_case
),
new_reporter AS (
  INSERT INTO reporter (report_id, key_id, sealed, source_id, source_ref,
                        receive_time)
  SELECT i.report_id, i.key_id, i.reporter, i.source_id, i.source_ref,
         i.receive_time
  FROM input i JOIN new_report USING (report_id)
  WHERE i.reporter IS NOT NULL
),
new_event AS (
  INSERT INTO event (case_no, sequence, title, state, accountable_unit_id, body,
                     hash)
  SELECT e.case_no, e.sequence, e.title, e.state, e.unit, e.body, e.hash
  FROM unnest($20::text[], $21::bigint[], $22::text[], $23::bigint[],
              $24::text[], $25::bytea[], $26::bytea[])
    WITH ORDINALITY
    AS e(case_no, sequence, title, state, unit, body, hash, number)
  JOIN new_report USING (case_no)
  ORDER BY e.number  -- A join keeps no order, and position must.
),
new_feedback AS (
  INSERT INTO feedback (source_id, body)
  SELECT f.source_id, f.body
  FROM unnest($27::text[], $28::text[], $29::bytea[])
    WITH ORDINALITY AS f(case_no, source_id, body, number)
  JOIN new_report USING (case_no)
  ORDER BY f.number
)
SELECT report_id FROM new_report
