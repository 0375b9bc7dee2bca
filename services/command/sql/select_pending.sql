-- What waits for the recipients $1 at the time $2: not acknowledged, not expired;
-- oldest first. Index: delivery_recipient's primary key.
SELECT r.recipient_id, d.delivery_no, d.body
FROM delivery_recipient r JOIN delivery d USING (delivery_no)
WHERE r.recipient_id = ANY ($1::text[])
  AND r.acknowledged_time IS NULL
  AND (d.expire_time IS NULL OR d.expire_time > $2::timestamptz)
ORDER BY d.delivery_no, r.recipient_id
