-- Recipients of the delivery $1 for whom nobody has acknowledged it. Index:
-- delivery_recipient's primary key.
SELECT r.recipient_id
FROM delivery_recipient r
WHERE r.delivery_no = $1::bigint AND r.acknowledged_time IS NULL
  AND NOT EXISTS (
    SELECT FROM delivery_recipient e
    WHERE e.delivery_no = r.escalation_no AND e.acknowledged_time IS NOT NULL)
ORDER BY r.recipient_id
