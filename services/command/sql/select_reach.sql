-- The reach of a delivery $1 that was released at $2, by grids of the level $3:
-- 2 districts, 3 streets, 4 communities, else together; and, in rows with a
-- second, how many were delivered in each second, up to the 60th and later.
-- Indexes: primary keys; counts the audience.
WITH counted AS (
  SELECT CASE $3::integer WHEN 2 THEN p.district_id WHEN 3 THEN p.street_id
                          WHEN 4 THEN p.community_id ELSE '' END AS grid_id,
         greatest(least(floor(extract(epoch FROM
           r.delivered_time - $2::timestamptz)), 60), 0)::integer AS second,
         r.delivered_time, r.read_time, r.acknowledged_time, r.done_time,
         r.unreachable_time
  FROM delivery_recipient r
  LEFT JOIN audience_place p
    ON p.delivery_no = r.delivery_no AND p.place_no = r.place_no
  WHERE r.delivery_no = $1::bigint
)
SELECT grid_id, second, grouping(grid_id) = 1 AS by_second,
       count(*) AS audience_count,
       count(delivered_time) AS delivered_count,
       count(*) FILTER (WHERE delivered_time
         <= $2::timestamptz + interval '10 seconds') AS within_count,
       count(read_time) AS read_count,
       count(acknowledged_time) AS acknowledged_count,
       count(done_time) AS done_count,
       count(unreachable_time) AS unreachable_count
FROM counted
GROUP BY GROUPING SETS ((grid_id), (second))
ORDER BY grid_id, second
