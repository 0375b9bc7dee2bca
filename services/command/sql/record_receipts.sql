-- Records receipts at the time $1: delivery numbers $2, recipients $3, kinds $4.
-- A fact implies those before it; the first time of each stands.
UPDATE delivery_recipient AS r
SET delivered_time = coalesce(r.delivered_time, $1::timestamptz),
    read_time = CASE WHEN u.kind >= 2
      THEN coalesce(r.read_time, $1::timestamptz) ELSE r.read_time END,
    acknowledged_time = CASE WHEN u.kind >= 3
      THEN coalesce(r.acknowledged_time, $1::timestamptz)
      ELSE r.acknowledged_time END,
    done_time = CASE WHEN u.kind >= 4
      THEN coalesce(r.done_time, $1::timestamptz) ELSE r.done_time END
FROM (
  SELECT delivery_no, recipient_id, max(kind) AS kind
  FROM unnest($2::bigint[], $3::text[], $4::smallint[])
    AS v(delivery_no, recipient_id, kind)
  GROUP BY delivery_no, recipient_id) AS u
WHERE r.recipient_id = u.recipient_id AND r.delivery_no = u.delivery_no
