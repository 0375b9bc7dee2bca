-- applied before as: f3ec9053a0989e7426e347565a504aaf3013f02495097c83c219913559d90b06
-- What lists and statistics know of a case beside its other columns.
-- Cases from before are counted from their next change on: until then an audit
-- names them.
ALTER TABLE cases ADD COLUMN street_grid_id text NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN light smallint NOT NULL DEFAULT 0;
-- What the case is counted under, see domain/statistics.h; a number may repeat.
ALTER TABLE cases ADD COLUMN measures smallint[] NOT NULL DEFAULT '{}';
ALTER TABLE cases ALTER COLUMN street_grid_id DROP DEFAULT,
  ALTER COLUMN light DROP DEFAULT, ALTER COLUMN measures DROP DEFAULT;
CREATE INDEX cases_open ON cases (receive_time DESC, case_no DESC)
  WHERE state < 10;
CREATE INDEX cases_open_unit
  ON cases (lead_unit_id, receive_time DESC, case_no DESC) WHERE state < 10;

-- What was written since the statistics were last folded: a case is taken away
-- as it was and added as it is.
CREATE TABLE statistic_change (
  day date NOT NULL,
  district_code text NOT NULL,
  street_grid_id text NOT NULL,
  lead_unit_id text NOT NULL,
  category_code text NOT NULL,
  source_id text NOT NULL,
  measures smallint[] NOT NULL,
  sign smallint NOT NULL  -- 1 or -1.
);

-- The sums over all cases but for what statistic_change says, for the days and
-- some combinations of the other columns (fold_statistics.sql); what a
-- combination leaves out is empty. `dimensions` tells them apart: 1 district,
-- 2 street, 4 unit, 8 category, 16 source.
CREATE TABLE statistic (
  dimensions smallint NOT NULL,
  day date NOT NULL,
  district_code text NOT NULL,
  street_grid_id text NOT NULL,
  lead_unit_id text NOT NULL,
  category_code text NOT NULL,
  source_id text NOT NULL,
  measure smallint NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (dimensions, day, district_code, street_grid_id, lead_unit_id,
               category_code, source_id, measure)
) WITH (fillfactor = 70);
