-- The oldest feedback that each source has not acknowledged. Index: primary key
-- of feedback. One row for each source that has any.
WITH RECURSIVE source AS (
  (SELECT source_id FROM feedback ORDER BY source_id LIMIT 1)
  UNION ALL
  SELECT (SELECT f.source_id FROM feedback f
          WHERE f.source_id > s.source_id ORDER BY f.source_id LIMIT 1)
  FROM source s WHERE s.source_id IS NOT NULL
)
SELECT s.source_id, oldest.body
FROM source s
LEFT JOIN feedback_cursor k USING (source_id)
CROSS JOIN LATERAL (
  SELECT f.body FROM feedback f
  WHERE f.source_id = s.source_id
    AND (f.xid, f.position) > (
      CASE WHEN k.cursor IS NULL THEN '0'::xid8
           ELSE ('x' || substr(k.cursor, 1, 16))::bit(64)::bigint::text::xid8
      END,
      CASE WHEN k.cursor IS NULL THEN 0
           ELSE ('x' || substr(k.cursor, 17, 16))::bit(64)::bigint END)
  ORDER BY f.xid, f.position LIMIT 1
) AS oldest
WHERE s.source_id IS NOT NULL
