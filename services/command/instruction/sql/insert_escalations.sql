-- Deliveries $4 with the origins $3 about the silence of recipients of the
-- delivery $1 of the instruction $2, which expires at $5, on the channels $6.
-- Returns their numbers.
INSERT INTO delivery (origin, kind, subject_id, expire_time, channel,
                      original_no, body)
SELECT origin, 6, $2, $5::timestamptz, channel, $1::bigint, body
FROM unnest($3::text[], $4::bytea[], $6::bigint[])
  AS e(origin, body, channel)
RETURNING origin, delivery_no
