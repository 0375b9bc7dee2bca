-- Folds at most $1 changes into the sums, in each combination that figures are
-- kept by. Returns how many were taken. Nobody folds at the same time: the
-- caller holds the lock. Equal changes are added up before their measures are
-- told apart, and what cancels out, as most of a case's measures from change to
-- change, is left out before it is multiplied.
--
-- Nothing is written before all is added up: the feeds wait for every
-- transaction that has begun to write.
WITH taken AS MATERIALIZED (
  SELECT ctid AS row, day, district_code, street_grid_id, lead_unit_id,
         category_code, source_id, measures, sign
  FROM statistic_change LIMIT $1::bigint
),
equal AS (
  SELECT day, district_code, street_grid_id, lead_unit_id, category_code,
         source_id, measures, sum(sign) AS count
  FROM taken
  GROUP BY day, district_code, street_grid_id, lead_unit_id, category_code,
           source_id, measures
  HAVING sum(sign) <> 0
),
net AS (
  SELECT day, district_code, street_grid_id, lead_unit_id, category_code,
         source_id, measure, sum(count) AS count
  FROM equal, unnest(measures) AS measure
  GROUP BY day, district_code, street_grid_id, lead_unit_id, category_code,
           source_id, measure
  HAVING sum(count) <> 0
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
-- 32 more: of the month that begins on that day.
of_months AS (
  SELECT dimensions + 32 AS dimensions, date_trunc('month', day)::date AS day,
         district_code, street_grid_id, lead_unit_id, category_code, source_id,
         measure, sum(count) AS count
  FROM folded
  GROUP BY dimensions, date_trunc('month', day), district_code, street_grid_id,
           lead_unit_id, category_code, source_id, measure
  HAVING sum(count) <> 0
),
written AS (
  INSERT INTO statistic AS s
  SELECT * FROM folded UNION ALL SELECT * FROM of_months
  ON CONFLICT (dimensions, day, district_code, street_grid_id, lead_unit_id,
               category_code, source_id, measure)
  DO UPDATE SET count = s.count + excluded.count
  RETURNING 1
),
gone AS (
  DELETE FROM statistic_change
  WHERE (SELECT count(*) FROM written) >= 0  -- After it.
    AND ctid = ANY(ARRAY(SELECT row FROM taken))
)
SELECT count(*) AS taken FROM taken
