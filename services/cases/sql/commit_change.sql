-- Writes a change of one case, when its version is still $2: row, events,
-- feedback, and the request_id that must not work twice. Returns whether it did.
-- Index: primary key.
WITH changed AS (
  UPDATE cases
  SET version = $3::bigint, state = $4::smallint, category_code = $5,
      lead_unit_id = $6, needs_operator = $7::boolean,
      next_timer_time = $8::timestamptz, body = $9::bytea
  WHERE case_no = $1 AND version = $2::bigint
  RETURNING case_no
),
new_request AS (
  INSERT INTO request (caller, request_id, digest, case_no)
  SELECT $10, $11, $12::bytea, case_no FROM changed WHERE $11 <> ''
),
new_event AS (
  INSERT INTO event (case_no, sequence, title, state, body)
  SELECT c.case_no, e.sequence, e.title, e.state, e.body
  FROM changed c, unnest($13::bigint[], $14::text[], $15::smallint[],
                         $16::bytea[])
    WITH ORDINALITY AS e(sequence, title, state, body, number)
  ORDER BY e.number
),
new_feedback AS (
  INSERT INTO feedback (source_id, body)
  SELECT f.source_id, f.body
  FROM changed c, unnest($17::text[], $18::bytea[])
    WITH ORDINALITY AS f(source_id, body, number)
  ORDER BY f.number
)
SELECT count(*) > 0 AS changed FROM changed
