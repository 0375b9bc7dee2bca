-- Folds at most $1 changes into the sums, in each combination that figures are
-- kept by. Returns how many were taken. Nobody folds at the same time: the
-- caller holds the lock. What cancels out, as most of a case's measures from
-- change to change, is left out before it is multiplied.
WITH taken AS (
  DELETE FROM statistic_change
  WHERE ctid = ANY(ARRAY(SELECT ctid FROM statistic_change LIMIT $1::bigint))
  RETURNING *
),
net AS (
  SELECT day, district_code, street_grid_id, lead_unit_id, category_code,
         source_id, measure, sum(sign) AS count
  FROM taken, unnest(measures) AS measure
  GROUP BY day, district_code, street_grid_id, lead_unit_id, category_code,
           source_id, measure
  HAVING sum(sign) <> 0
),
folded AS (
  SELECT 31 - grouping(source_id, category_code, lead_unit_id, street_grid_id,
                       district_code) AS dimensions,
         day, coalesce(district_code, '') AS district_code,
         coalesce(street_grid_id, '') AS street_grid_id,
         coalesce(lead_unit_id, '') AS lead_unit_id,
         coalesce(category_code, '') AS category_code,
         coalesce(source_id, '') AS source_id, measure, sum(count) AS count
  FROM net
  GROUP BY day, measure,
           GROUPING SETS ((), (district_code), (street_grid_id),
                          (lead_unit_id), (category_code), (source_id),
                          (district_code, category_code),
                          (lead_unit_id, category_code))
  HAVING sum(count) <> 0
),
written AS (
  INSERT INTO statistic AS s
  SELECT * FROM folded
  ON CONFLICT (dimensions, day, district_code, street_grid_id, lead_unit_id,
               category_code, source_id, measure)
  DO UPDATE SET count = s.count + excluded.count
)
SELECT count(*) AS taken FROM taken
