-- Deliveries $4 with the origins $3 about the silence of recipients of the
-- delivery $1 of the instruction $2, which expires at $5, on the channels $6; for
-- the recipients ($7, $8); an acknowledgement speaks for ($9, $10).
-- Index: delivery_recipient's primary key.
WITH fresh AS (
  INSERT INTO delivery (origin, kind, subject_id, expire_time, channel,
                        original_no, body)
  SELECT origin, 6, $2, $5::timestamptz, channel, $1::bigint, body
  FROM unnest($3::text[], $4::bytea[], $6::bigint[])
    AS e(origin, body, channel)
  ON CONFLICT (origin) DO NOTHING
  RETURNING delivery_no, origin
),
recipients AS (
  INSERT INTO delivery_recipient (recipient_id, delivery_no)
  SELECT r.recipient_id, fresh.delivery_no
  FROM unnest($7::text[], $8::text[]) AS r(origin, recipient_id)
  JOIN fresh USING (origin)
)
UPDATE delivery_recipient AS d SET escalation_no = fresh.delivery_no
FROM unnest($9::text[], $10::text[]) AS s(origin, recipient_id)
JOIN fresh USING (origin)
WHERE d.delivery_no = $1::bigint AND d.recipient_id = s.recipient_id
