-- Opens a referral with its reporter ($12, null when nobody said) and what its
-- source is told ($13); nothing when the source_ref or the request_id was used.
-- Indexes: referral's two unique ones.
WITH new_referral AS (
  INSERT INTO referral (referral_id, version, state, source_id, source_ref,
                        request_id, digest, station_unit_id, branch_unit_id,
                        next_timer_time, body, admission)
  VALUES ($1, $2::bigint, $3::smallint, $4, $5, $6, $7::bytea, $8, $9,
          $10::timestamptz, $11::bytea, $14::bytea)
  ON CONFLICT DO NOTHING
  RETURNING referral_id, source_id, source_ref
),
new_reporter AS (
  INSERT INTO reporter (report_id, key_id, sealed, source_id, source_ref,
                        receive_time)
  SELECT $15, $16, $12::bytea, source_id, source_ref, $17::timestamptz
  FROM new_referral WHERE $12::bytea IS NOT NULL
  ON CONFLICT DO NOTHING
),
new_feedback AS (
  INSERT INTO feedback (source_id, body)
  SELECT source_id, $13::bytea FROM new_referral
)
SELECT referral_id FROM new_referral
