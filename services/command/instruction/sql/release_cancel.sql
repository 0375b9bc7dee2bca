-- Releases a cancel $1 that waits for it, at $2 by $3, with its next timer at
-- $4, for the request ($5, $6) with the digest $7: what it cancels, $8, must be
-- in force; it ends, what it sent stops, and all its recipients get the delivery
-- $9 to $11. No row when it does not wait any more or $8 is not in force.
-- Indexes: primary keys, delivery_subject.
WITH waiting AS (
  SELECT instruction_id FROM instruction
  WHERE instruction_id = $1 AND state IN (1, 2) FOR UPDATE
),
cancelled AS (
  UPDATE instruction
  SET state = 6, end_time = $2::timestamptz, ended_by = $1,
      next_timer_time = NULL
  WHERE instruction_id = $8 AND state = 3 AND EXISTS (SELECT FROM waiting)
  RETURNING delivery_no, city_version
),
request AS (
  INSERT INTO instruction_request (caller, request_id, digest, instruction_id)
  SELECT $5, $6, $7::bytea, $1 FROM cancelled WHERE $6 <> ''
),
stopped AS (
  UPDATE delivery SET expire_time = $2::timestamptz
  WHERE subject_id = $8 AND kind >= 6 AND EXISTS (SELECT FROM cancelled)
),
sent AS (
  INSERT INTO delivery (origin, kind, subject_id, expire_time, body)
  SELECT $9, 7, $8, $10::timestamptz, $11::bytea FROM cancelled
  RETURNING delivery_no
),
recipients AS (
  INSERT INTO delivery_recipient (recipient_id, delivery_no, place_no)
  SELECT r.recipient_id, sent.delivery_no, r.place_no
  FROM sent, cancelled JOIN delivery_recipient r USING (delivery_no)
),
places AS (
  INSERT INTO audience_place
    (delivery_no, place_no, district_id, street_id, community_id)
  SELECT sent.delivery_no, p.place_no, p.district_id, p.street_id,
         p.community_id
  FROM sent, cancelled JOIN audience_place p USING (delivery_no)
)
UPDATE instruction
SET state = 3, releaser = $3, release_time = $2::timestamptz,
    city_version = cancelled.city_version, next_timer_time = $4::timestamptz,
    delivery_no = sent.delivery_no
FROM sent, cancelled
WHERE instruction_id = $1
RETURNING instruction_id
