-- Feedback of source $4 after (xid $1, position $2), as select_events.
-- Index: primary key. $3 rows.
SELECT xid::text AS xid, position, source_id, body
FROM feedback
WHERE source_id = $4
  AND (xid, position) > ($1::text::xid8, $2::bigint)
  AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY feedback.xid, feedback.position  -- Not the text of the same name.
LIMIT $3::bigint
