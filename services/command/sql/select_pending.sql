-- A page of what waits for the recipients $1 at the time $2: not acknowledged,
-- not expired, after ($3, $4), oldest first.
-- Index: delivery_recipient_pending, a short stretch for every recipient.
SELECT p.recipient_id, p.delivery_no, p.body
FROM unnest($1::text[]) AS wanted(recipient_id)
CROSS JOIN LATERAL (
  SELECT r.recipient_id, r.delivery_no, d.body
  FROM delivery_recipient r JOIN delivery d USING (delivery_no)
  WHERE r.recipient_id = wanted.recipient_id
    AND r.acknowledged_time IS NULL
    AND r.delivery_no >= $3::bigint
    AND (r.delivery_no > $3::bigint OR r.recipient_id > $4::text)
    AND (d.expire_time IS NULL OR d.expire_time > $2::timestamptz)
  ORDER BY r.delivery_no
  LIMIT $5::bigint
) AS p
ORDER BY p.delivery_no, p.recipient_id
LIMIT $5::bigint
