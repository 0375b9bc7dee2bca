-- Hashes of the events after (xid $1, position $2) up to (xid $3, position $4),
-- in feed order. Index: event_feed. $5 rows.
SELECT xid::text AS xid, position, hash
FROM event
WHERE (xid, position) > ($1::text::xid8, $2::bigint)
  AND (xid, position) <= ($3::text::xid8, $4::bigint)
ORDER BY event.xid, event.position  -- Not the text of the same name.
LIMIT $5::bigint
