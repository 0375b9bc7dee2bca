-- Records a report of households: $1 to $10, at $11; the target stays when $7 is
-- 0. No row when the request was there before, or the counts are more than the
-- target. Indexes: primary key, unique (reporter, request_id).
WITH grid AS (
  SELECT coalesce(nullif($7::integer, 0), target_count) AS target_count
  FROM mobilisation_grid
  WHERE instruction_id = $4 AND grid_id = $5
  FOR UPDATE
),
report AS (
  INSERT INTO household_report
    (reporter, request_id, digest, instruction_id, grid_id, note, target_count,
     reached_count, refused_count, absent_count, report_time)
  SELECT $1, $2, $3::bytea, $4, $5, $6, target_count, $8::integer, $9::integer,
         $10::integer, $11::timestamptz
  FROM grid
  WHERE $8::integer + $9::integer + $10::integer <= target_count
  ON CONFLICT (reporter, request_id) DO NOTHING
  RETURNING *
)
UPDATE mobilisation_grid AS m
SET target_count = report.target_count, reached_count = report.reached_count,
    refused_count = report.refused_count, absent_count = report.absent_count,
    note = report.note, reporter = report.reporter,
    report_count = m.report_count + 1, report_time = report.report_time,
    begin_time = coalesce(m.begin_time, report.report_time),
    complete_time = CASE
      WHEN report.reached_count + report.refused_count + report.absent_count
           >= report.target_count
      THEN coalesce(m.complete_time, report.report_time) END
FROM report
WHERE m.instruction_id = report.instruction_id AND m.grid_id = report.grid_id
RETURNING m.grid_id
