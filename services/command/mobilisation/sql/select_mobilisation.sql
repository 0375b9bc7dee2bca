-- The counts of the mobilisation $1, in time until $2, by grids of the level $3:
-- 2 districts, 3 streets, 4 communities; the row with `total` is all of it.
-- Index: primary key; counts its micro-grids.
WITH counted AS (
  SELECT CASE $3::integer WHEN 2 THEN district_id WHEN 3 THEN street_id
                          WHEN 4 THEN community_id ELSE '' END AS place_id,
         target_count, reached_count, refused_count, absent_count, begin_time,
         complete_time
  FROM mobilisation_grid
  WHERE instruction_id = $1
)
SELECT place_id, grouping(place_id) = 1 AS total,
       count(*) AS micro_grid_count,
       sum(target_count)::bigint AS target_count,
       sum(reached_count)::bigint AS reached_count,
       sum(refused_count)::bigint AS refused_count,
       sum(absent_count)::bigint AS absent_count,
       count(begin_time) AS begun_count,
       count(complete_time) AS complete_count,
       count(*) FILTER (WHERE complete_time <= $2::timestamptz)
         AS complete_in_time_count
FROM counted
GROUP BY GROUPING SETS ((place_id), ())
ORDER BY place_id
