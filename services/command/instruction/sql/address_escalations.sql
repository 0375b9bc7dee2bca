-- The recipients ($2, $3) of deliveries about the silence of recipients of the
-- delivery $1; an acknowledgement of the deliveries $5 speaks for the silent $4.
-- Index: delivery_recipient's primary key.
WITH recipients AS (
  INSERT INTO delivery_recipient (recipient_id, delivery_no)
  SELECT recipient_id, delivery_no
  FROM unnest($2::text[], $3::bigint[]) AS r(recipient_id, delivery_no)
)
UPDATE delivery_recipient AS d SET escalation_no = s.delivery_no
FROM unnest($4::text[], $5::bigint[]) AS s(recipient_id, delivery_no)
WHERE d.delivery_no = $1::bigint AND d.recipient_id = s.recipient_id
