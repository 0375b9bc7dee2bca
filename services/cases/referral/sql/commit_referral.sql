-- Writes a step of a referral when its version is still $2, with the request_id
-- that must not work twice and what its source is told ($10, null for nothing).
-- Returns whether it did. Index: primary key.
WITH changed AS (
  UPDATE referral
  SET version = $3::bigint, state = $4::smallint,
      next_timer_time = $5::timestamptz, body = $6::bytea
  WHERE referral_id = $1 AND version = $2::bigint
  RETURNING referral_id, source_id
),
new_request AS (
  INSERT INTO request (caller, request_id, digest, case_no)
  SELECT $7, $8, $9::bytea, referral_id FROM changed WHERE $8 <> ''
),
new_feedback AS (
  INSERT INTO feedback (source_id, body)
  SELECT source_id, $10::bytea FROM changed WHERE $10::bytea IS NOT NULL
)
SELECT count(*) > 0 AS changed FROM changed
