-- Events after (xid $1, position $2) that no earlier one can follow any more:
-- transactions still running have higher xids. Index: event_feed. $3 rows.
SELECT xid::text AS xid, position, title, state, accountable_unit_id, body
FROM event
WHERE (xid, position) > ($1::text::xid8, $2::bigint)
  AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY event.xid, event.position  -- Not the text of the same name.
LIMIT $3::bigint
