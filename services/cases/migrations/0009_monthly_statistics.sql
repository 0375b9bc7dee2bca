-- The sums of whole months beside those of days, for readers of long periods:
-- `dimensions` is 32 more, `day` the first of the month.
INSERT INTO statistic (dimensions, day, district_code, street_grid_id,
                       lead_unit_id, category_code, source_id, measure, count)
SELECT dimensions + 32, date_trunc('month', day)::date, district_code,
       street_grid_id, lead_unit_id, category_code, source_id, measure,
       sum(count)
FROM statistic
GROUP BY dimensions, date_trunc('month', day), district_code, street_grid_id,
         lead_unit_id, category_code, source_id, measure
HAVING sum(count) <> 0;
