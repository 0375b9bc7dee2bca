-- Sums of each measure over the cases received on the days $1 to $2, of the
-- district $4, street $5, unit $6, category $7 and source $8 (empty for all),
-- for each value of column number $9 (0 none, 1 day, 2 district, 3 street,
-- 4 unit, 5 category, 6 source). $3 are the dimensions that these columns are.
-- Always at least one row, which has the moment of the snapshot.
-- Index: the primary key. Rows: what the days have of these dimensions.
WITH part AS (
  SELECT day, district_code, street_grid_id, lead_unit_id, category_code,
         source_id, measure, count
  FROM statistic
  WHERE dimensions = $3::smallint AND day BETWEEN $1::date AND $2::date
  UNION ALL
  SELECT day, district_code, street_grid_id, lead_unit_id, category_code,
         source_id, measure, sign
  FROM statistic_change, unnest(measures) AS measure
  WHERE day BETWEEN $1::date AND $2::date
),
summed AS (
  SELECT CASE $9::int WHEN 1 THEN day::text WHEN 2 THEN district_code
                      WHEN 3 THEN street_grid_id WHEN 4 THEN lead_unit_id
                      WHEN 5 THEN category_code WHEN 6 THEN source_id
                      ELSE '' END AS key,
         measure, sum(count)::bigint AS count
  FROM part
  WHERE ($4 = '' OR district_code = $4) AND ($5 = '' OR street_grid_id = $5)
    AND ($6 = '' OR lead_unit_id = $6) AND ($7 = '' OR category_code = $7)
    AND ($8 = '' OR source_id = $8)
  GROUP BY 1, 2
  HAVING sum(count) <> 0
)
SELECT (extract(epoch FROM now()) * 1000000)::bigint AS as_of_micros,
       key, measure, count
FROM (VALUES (1)) AS always LEFT JOIN summed ON true
ORDER BY key, measure
