-- Feedback of all sources after (xid $1, position $2), as select_events.
-- Index: feedback_feed. $3 rows.
SELECT xid::text AS xid, position, source_id, body
FROM feedback
WHERE (xid, position) > ($1::text::xid8, $2::bigint)
  AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY feedback.xid, feedback.position  -- Not the text of the same name.
LIMIT $3::bigint
