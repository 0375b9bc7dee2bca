-- What waits for recipients $1 at the time $8: not acknowledged, not expired,
-- with numbers after $2, of positions after ($3, $4) up to ($5, $6), on the
-- channels $7; the first $9 for each. On the second channel what was
-- acknowledged on the first does not wait any more.
-- Index: delivery_recipient_pending, a short stretch for every recipient.
SELECT wanted.ordinal, p.delivery_no
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[], $5::text[],
            $6::bigint[], $7::bigint[]) WITH ORDINALITY
  AS wanted(recipient_id, after_no, from_xid, from_no, to_xid, to_no, channel,
            ordinal)
CROSS JOIN LATERAL (
  SELECT r.delivery_no
  FROM delivery_recipient r JOIN delivery d USING (delivery_no)
  WHERE r.recipient_id = wanted.recipient_id
    AND r.acknowledged_time IS NULL
    AND r.delivery_no > wanted.after_no
    AND (d.xid, d.delivery_no) > (wanted.from_xid::xid8, wanted.from_no)
    AND (d.xid, d.delivery_no) <= (wanted.to_xid::xid8, wanted.to_no)
    AND d.channel = wanted.channel
    AND (d.expire_time IS NULL OR d.expire_time > $8::timestamptz)
    AND (d.channel = 1 OR NOT EXISTS (
      SELECT FROM delivery_recipient o
      WHERE o.delivery_no = d.original_no AND o.recipient_id = r.recipient_id
        AND o.acknowledged_time IS NOT NULL))
  ORDER BY r.delivery_no
  LIMIT $9::bigint
) AS p
ORDER BY wanted.ordinal, p.delivery_no
