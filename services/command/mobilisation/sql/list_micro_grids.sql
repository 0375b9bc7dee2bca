-- Micro-grids of the mobilisation $1 with ids after $4; only those in the grid
-- $2 when it is not empty, only those without a report when $3. Index: primary
-- key. $5 rows.
SELECT grid_id, target_count, reached_count, refused_count, absent_count, note,
       reporter, report_count,
       (extract(epoch FROM begin_time) * 1000000)::bigint AS begin_micros,
       (extract(epoch FROM report_time) * 1000000)::bigint AS report_micros,
       (extract(epoch FROM complete_time) * 1000000)::bigint AS complete_micros
FROM mobilisation_grid
WHERE instruction_id = $1 AND grid_id > $4
  AND ($2 = '' OR $2 IN (district_id, street_id, community_id))
  AND (NOT $3::boolean OR report_count = 0)
ORDER BY grid_id
LIMIT $5::bigint
