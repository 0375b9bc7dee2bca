-- Releases an instruction $1 that waits for it, at $2 by $3, with the city $4
-- and its next timer at $5, for the request ($6, $7) with the digest $8.
-- It sends a delivery $9 to $13 to the recipients $14 with places $15, which are
-- $16 to $19. When it replaces $20, that one must be in force: it ends, what it
-- sent stops, and those of its recipients that this one has not get the notice
-- $21, $22. A mobilisation covers the micro-grids $23 to $27.
-- No row when it does not wait any more or what it replaces is not in force.
-- Indexes: primary keys, delivery_subject.
WITH waiting AS (
  SELECT instruction_id FROM instruction
  WHERE instruction_id = $1 AND state IN (1, 2) FOR UPDATE
),
replaced AS (
  UPDATE instruction
  SET state = 5, end_time = $2::timestamptz, ended_by = $1,
      next_timer_time = NULL
  WHERE instruction_id = $20 AND state = 3 AND EXISTS (SELECT FROM waiting)
  RETURNING delivery_no
),
go AS (
  SELECT instruction_id FROM waiting
  WHERE $20 = '' OR EXISTS (SELECT FROM replaced)
),
request AS (
  INSERT INTO instruction_request (caller, request_id, digest, instruction_id)
  SELECT $6, $7, $8::bytea, instruction_id FROM go WHERE $7 <> ''
),
sent AS (
  INSERT INTO delivery (origin, kind, subject_id, expire_time, body)
  SELECT $9, $10::smallint, $11, $12::timestamptz, $13::bytea FROM go
  RETURNING delivery_no
),
recipients AS (
  INSERT INTO delivery_recipient (recipient_id, delivery_no, place_no)
  SELECT r.recipient_id, sent.delivery_no, r.place_no
  FROM sent, unnest($14::text[], $15::bigint[]) AS r(recipient_id, place_no)
),
places AS (
  INSERT INTO audience_place
    (delivery_no, place_no, district_id, street_id, community_id)
  SELECT sent.delivery_no, p.place_no, p.district_id, p.street_id,
         p.community_id
  FROM sent, unnest($16::bigint[], $17::text[], $18::text[], $19::text[])
    AS p(place_no, district_id, street_id, community_id)
),
stopped AS (
  UPDATE delivery SET expire_time = $2::timestamptz
  WHERE subject_id = $20 AND kind >= 6 AND EXISTS (SELECT FROM replaced)
),
noticed AS (
  INSERT INTO delivery (origin, kind, subject_id, expire_time, body)
  SELECT $21, 7, $20, $12::timestamptz, $22::bytea FROM replaced
  RETURNING delivery_no
),
former AS (
  INSERT INTO delivery_recipient (recipient_id, delivery_no)
  SELECT r.recipient_id, noticed.delivery_no
  FROM noticed, replaced JOIN delivery_recipient r USING (delivery_no)
  WHERE r.recipient_id NOT IN (SELECT unnest($14::text[]))
),
micro_grids AS (
  INSERT INTO mobilisation_grid (instruction_id, grid_id, target_count,
                                 district_id, street_id, community_id)
  SELECT go.instruction_id, m.grid_id, m.target_count, m.district_id,
         m.street_id, m.community_id
  FROM go, unnest($23::text[], $24::bigint[], $25::text[], $26::text[],
                  $27::text[])
    AS m(grid_id, target_count, district_id, street_id, community_id)
)
UPDATE instruction
SET state = 3, releaser = $3, release_time = $2::timestamptz,
    city_version = $4::bigint, next_timer_time = $5::timestamptz,
    delivery_no = sent.delivery_no
FROM sent
WHERE instruction_id = $1
RETURNING instruction_id
