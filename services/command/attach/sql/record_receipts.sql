-- Records receipts at the time $1: delivery numbers $2, recipients $3, kinds $4,
-- reasons $5 of what is unreachable. A fact implies those before it; the first
-- time of each stands; a later delivery revokes that somebody is unreachable.
-- What comes on the second channel counts for the original too.
-- Index: delivery_recipient's primary key.
WITH told AS (
  SELECT delivery_no, recipient_id, max(kind) FILTER (WHERE kind < 5) AS kind,
         max(reason) FILTER (WHERE kind = 5) AS reason
  FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::text[])
    AS v(delivery_no, recipient_id, kind, reason)
  GROUP BY delivery_no, recipient_id
),
originals AS (
  SELECT delivery_no, original_no FROM delivery
  WHERE delivery_no IN (SELECT DISTINCT delivery_no FROM told) AND channel = 2
),
facts AS (
  SELECT delivery_no, recipient_id, max(kind) AS kind, max(reason) AS reason
  FROM (SELECT delivery_no, recipient_id, kind, reason FROM told
        UNION ALL
        SELECT o.original_no, t.recipient_id, t.kind, t.reason
        FROM told t JOIN originals o USING (delivery_no)) AS both_channels
  GROUP BY delivery_no, recipient_id
)
UPDATE delivery_recipient AS r
SET delivered_time = CASE WHEN f.kind >= 1
      THEN coalesce(r.delivered_time, $1::timestamptz)
      ELSE r.delivered_time END,
    read_time = CASE WHEN f.kind >= 2
      THEN coalesce(r.read_time, $1::timestamptz) ELSE r.read_time END,
    acknowledged_time = CASE WHEN f.kind >= 3
      THEN coalesce(r.acknowledged_time, $1::timestamptz)
      ELSE r.acknowledged_time END,
    done_time = CASE WHEN f.kind >= 4
      THEN coalesce(r.done_time, $1::timestamptz) ELSE r.done_time END,
    unreachable_time = CASE WHEN f.kind >= 1 OR r.delivered_time IS NOT NULL
      THEN NULL ELSE coalesce(r.unreachable_time, $1::timestamptz) END,
    unreachable_reason = CASE WHEN f.kind >= 1 OR r.delivered_time IS NOT NULL
      THEN NULL ELSE coalesce(f.reason, r.unreachable_reason) END
FROM facts f
WHERE r.recipient_id = f.recipient_id AND r.delivery_no = f.delivery_no
