-- Roots of the days from $1 on, the oldest first, each with where the day
-- begins: after the end of the day before. Index: primary key. $2 rows.
SELECT day::text AS day, leaf_count, root, end_xid::text AS end_xid,
       end_position, begin_xid::text AS begin_xid, begin_position
FROM (
  SELECT day, leaf_count, root, end_xid, end_position,
         coalesce(lag(end_xid) OVER days, '0'::xid8) AS begin_xid,
         coalesce(lag(end_position) OVER days, 0) AS begin_position
  FROM daily_root
  WINDOW days AS (ORDER BY day)
) AS d
WHERE day >= $1::date
ORDER BY d.day
LIMIT $2::bigint
