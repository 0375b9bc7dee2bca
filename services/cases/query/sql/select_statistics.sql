-- Sums of each measure over the cases received in adjoining spans of days or of
-- whole months, each from $1 to $2, with the dimensions $3; of the district $4,
-- street $5, unit $6, category $7 and source $8 (empty for all), for each value
-- of column number $9 (0 none, 1 day, 2 district, 3 street, 4 unit, 5 category,
-- 6 source).
-- Always at least one row, which has the moment of the snapshot.
-- Index: the primary key. Rows: what the spans have of these dimensions.
WITH span AS (
  SELECT first::date AS first_day, last::date AS last_day,
         of::smallint AS dimensions
  FROM unnest($1::text[], $2::text[], $3::bigint[]) AS v(first, last, of)
),
-- Equal changes are added up before their measures are told apart, and what
-- cancels out is left out before it is multiplied.
changed AS (
  SELECT day, district_code, street_grid_id, lead_unit_id, category_code,
         source_id, measures, sum(sign) AS count
  FROM statistic_change
  WHERE day BETWEEN (SELECT min(first_day) FROM span)
                AND (SELECT max(last_day) FROM span)
  GROUP BY day, district_code, street_grid_id, lead_unit_id, category_code,
           source_id, measures
  HAVING sum(sign) <> 0
),
part AS (
  SELECT day, district_code, street_grid_id, lead_unit_id, category_code,
         source_id, measure, count
  FROM span JOIN statistic AS s
    ON s.dimensions = span.dimensions
    AND s.day BETWEEN span.first_day AND span.last_day
  UNION ALL
  SELECT day, district_code, street_grid_id, lead_unit_id, category_code,
         source_id, measure, count
  FROM changed, unnest(measures) AS measure
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
