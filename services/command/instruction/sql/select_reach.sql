-- The reach of a delivery $1 that was released at $2, by grids of the level $3:
-- 2 districts, 3 streets, 4 communities, else together; and, in rows with a
-- second, how many were delivered in each second, up to the 60th and later.
-- Indexes: primary keys; counts the audience.
WITH counted AS (
  SELECT r.place_no,
         greatest(least(floor(extract(epoch FROM
           r.delivered_time - $2::timestamptz)), 60), 0)::integer AS second,
         count(*) AS audience,
         count(r.delivered_time) AS delivered,
         count(*) FILTER (WHERE r.delivered_time
           <= $2::timestamptz + interval '10 seconds') AS within,
         count(r.read_time) AS read,
         count(r.acknowledged_time) AS acknowledged,
         count(r.done_time) AS done,
         count(r.unreachable_time) AS unreachable
  FROM delivery_recipient r
  WHERE r.delivery_no = $1::bigint
  GROUP BY r.place_no, second
),
placed AS (
  SELECT coalesce(p.grid_id, '') AS grid_id, c.*
  FROM counted c
  -- OFFSET: each place is looked up by itself. A join would be planned for a
  -- few recipients and places, and compare all of them with each other.
  LEFT JOIN LATERAL (
    SELECT CASE $3::integer WHEN 2 THEN district_id WHEN 3 THEN street_id
                            WHEN 4 THEN community_id END AS grid_id
    FROM audience_place
    WHERE delivery_no = $1::bigint AND place_no = c.place_no
      AND $3::integer BETWEEN 2 AND 4
    OFFSET 0
  ) AS p ON true
)
SELECT grid_id, second, grouping(grid_id) = 1 AS by_second,
       sum(audience)::bigint AS audience_count,
       sum(delivered)::bigint AS delivered_count,
       sum(within)::bigint AS within_count,
       sum(read)::bigint AS read_count,
       sum(acknowledged)::bigint AS acknowledged_count,
       sum(done)::bigint AS done_count,
       sum(unreachable)::bigint AS unreachable_count
FROM placed
GROUP BY GROUPING SETS ((grid_id), (second))
ORDER BY grid_id, second
