-- Remembers that deliveries $1 went out to the recipients $2 at the times $3,
-- where no receipt has come. Index: delivery_recipient's primary key.
UPDATE delivery_recipient AS r SET sent_time = s.sent_time
FROM unnest($1::bigint[], $2::text[], $3::timestamptz[])
  AS s(delivery_no, recipient_id, sent_time)
WHERE r.delivery_no = s.delivery_no AND r.recipient_id = s.recipient_id
  AND r.delivered_time IS NULL AND r.sent_time IS NULL
