-- Adds cases :first to :last, of which every tenth (at the end) is open, as
-- copies of cases that were lived through: with their reports, reporters, first
-- events, feedback and statistics. Numbers are as long as the original's, so
-- that they can be put in its place in the stored messages. What people search
-- by is not copied.
CREATE TEMP TABLE original AS
SELECT c.*, (c.state < 10) AS is_open,
       encode(convert_to(c.case_no, 'UTF8'), 'hex') AS no_hex,
       encode(c.body, 'hex') AS body_hex, r.source_ref, r.report_id,
       r.digest, r.body AS report_body, r.answer
-- The newest of each, by an index: to sort all of them would take 20 GB.
FROM (VALUES (4), (10)) AS wanted (state)
CROSS JOIN LATERAL (
  SELECT * FROM cases WHERE state = wanted.state
  ORDER BY receive_time DESC, case_no LIMIT 1) AS c
CROSS JOIN LATERAL (
  SELECT * FROM report WHERE case_no = c.case_no LIMIT 1) AS r;

CREATE TEMP TABLE copy AS
SELECT o.is_open, o.case_no AS original_no, n,
       left(o.case_no, 7) || to_char(date '2020-01-01' + (n / 900000)::int, 'YYYYMMDD')
         || '-' || (100000 + n % 900000) AS case_no,
       now() - n * interval '1 second' AS receive_time
FROM generate_series(:first::bigint, :last::bigint) AS n
JOIN original o ON o.is_open = (n >= :first + (:last - :first + 1) * 10 / 11);

DO $$
BEGIN
  IF (SELECT count(*) FROM original) <> 2 THEN
    RAISE EXCEPTION 'there is no open or no closed case to copy';
  END IF;
END $$;

INSERT INTO cases (case_no, version, state, source_id, district_code,
                   category_code, lead_unit_id, needs_operator, receive_time,
                   next_timer_time, street_grid_id, light, measures, body)
SELECT c.case_no, version, state, source_id, district_code, category_code,
       lead_unit_id, needs_operator, c.receive_time,
       CASE WHEN o.is_open THEN now() + interval '1 day' END,
       street_grid_id, light, measures,
       decode(replace(body_hex, no_hex,
                      encode(convert_to(c.case_no, 'UTF8'), 'hex')), 'hex')
FROM copy c JOIN original o USING (is_open);

INSERT INTO report (source_id, source_ref, request_id, report_id, digest,
                    case_no, receive_time, body, answer)
SELECT source_id, 'copy-' || n, 'copy-' || n, 'copy-' || n, digest, c.case_no,
       c.receive_time, report_body, answer
FROM copy c JOIN original o USING (is_open);

INSERT INTO reporter (report_id, key_id, sealed, source_id, source_ref,
                      receive_time)
SELECT 'copy-' || n, 'local-1', repeat('s', 45)::bytea, source_id, 'copy-' || n,
       c.receive_time
FROM copy c JOIN original o USING (is_open);

INSERT INTO event (case_no, sequence, title, state, accountable_unit_id, body,
                   hash)
SELECT c.case_no, 1, e.title, e.state, e.accountable_unit_id,
       decode(replace(encode(e.body, 'hex'), no_hex,
                      encode(convert_to(c.case_no, 'UTF8'), 'hex')), 'hex'),
       e.hash
FROM copy c JOIN original o USING (is_open)
JOIN event e ON e.case_no = o.case_no AND e.sequence = 1;

INSERT INTO feedback (source_id, body)
SELECT source_id, (SELECT body FROM feedback LIMIT 1)
FROM copy c JOIN original o USING (is_open);

INSERT INTO statistic_change (day, district_code, street_grid_id, lead_unit_id,
                              category_code, source_id, measures, sign)
SELECT c.receive_time::date, district_code, street_grid_id, lead_unit_id,
       category_code, source_id, measures, 1
FROM copy c JOIN original o USING (is_open);

-- The search goes on from here.
UPDATE case_search_cursor
SET cursor = lpad(to_hex(pg_current_xact_id()::text::bigint), 16, '0')
             || '7fffffffffffffff';
