-- Recipients of the delivery $1 whom it did not reach, with names after $3; only
-- those of the grid $2 when it is not empty. Index: delivery_recipient's primary
-- key. $4 rows.
SELECT r.recipient_id, r.unreachable_reason,
       r.unreachable_time IS NOT NULL AS unreachable,
       (extract(epoch FROM r.sent_time) * 1000000)::bigint AS sent_micros,
       coalesce(nullif(p.community_id, ''), nullif(p.street_id, ''),
                p.district_id, '') AS grid_id
FROM delivery_recipient r
LEFT JOIN audience_place p
  ON p.delivery_no = r.delivery_no AND p.place_no = r.place_no
WHERE r.delivery_no = $1::bigint AND r.recipient_id > $3
  AND r.delivered_time IS NULL
  AND ($2 = '' OR $2 IN (p.district_id, p.street_id, p.community_id))
ORDER BY r.recipient_id
LIMIT $4::bigint
