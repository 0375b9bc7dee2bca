-- What is owed to source $1, or to each ('' for all): the acknowledged cursor,
-- how many items come after it (10,000 at most are counted) and the oldest of
-- them, null when there is none. Index: primary key of feedback. One row for
-- each source that was ever told something.
WITH RECURSIVE source AS (
  (SELECT source_id FROM feedback WHERE $1 = '' OR source_id = $1
   ORDER BY source_id LIMIT 1)
  UNION ALL
  SELECT (SELECT f.source_id FROM feedback f
          WHERE f.source_id > s.source_id AND $1 = ''
          ORDER BY f.source_id LIMIT 1)
  FROM source s WHERE s.source_id IS NOT NULL
),
place AS (
  SELECT s.source_id, k.cursor,
         CASE WHEN k.cursor IS NULL THEN '0'::xid8
              ELSE ('x' || substr(k.cursor, 1, 16))::bit(64)::bigint::text::xid8
         END AS xid,
         CASE WHEN k.cursor IS NULL THEN 0
              ELSE ('x' || substr(k.cursor, 17, 16))::bit(64)::bigint
         END AS position
  FROM source s LEFT JOIN feedback_cursor k USING (source_id)
  WHERE s.source_id IS NOT NULL
)
SELECT p.source_id, p.cursor, owed.count AS owed_count, oldest.body
FROM place p
CROSS JOIN LATERAL (
  SELECT count(*) FROM (
    SELECT FROM feedback f
    WHERE f.source_id = p.source_id
      AND (f.xid, f.position) > (p.xid, p.position)
    LIMIT 10000
  ) AS first_items
) AS owed
LEFT JOIN LATERAL (
  SELECT f.body FROM feedback f
  WHERE f.source_id = p.source_id
    AND (f.xid, f.position) > (p.xid, p.position)
  ORDER BY f.xid, f.position LIMIT 1
) AS oldest ON true
ORDER BY p.source_id
