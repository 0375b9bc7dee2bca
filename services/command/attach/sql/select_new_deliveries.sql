-- Deliveries after (xid $1, delivery_no $2) that no earlier one can follow any
-- more, with their recipients. Indexes: delivery_feed, delivery_recipient's
-- primary key. $3 deliveries.
SELECT d.xid::text AS xid, d.delivery_no, d.body, d.channel, d.kind,
       (extract(epoch FROM d.expire_time) * 1000000)::bigint AS expire_micros,
       (extract(epoch FROM d.report_time) * 1000000)::bigint AS report_micros,
       array_to_string(ARRAY(
         SELECT recipient_id FROM delivery_recipient r
         WHERE r.delivery_no = d.delivery_no), ',') AS recipient_ids
FROM delivery d
WHERE (d.xid, d.delivery_no) > ($1::text::xid8, $2::bigint)
  AND d.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY d.xid, d.delivery_no
LIMIT $3::bigint
