-- The city as rows with the versions they are valid in. One mechanism for every
-- kind of row: a version is the set of rows with from_version <= v and
-- (to_version is null or v < to_version).
CREATE TABLE city_version (
  version bigint PRIMARY KEY,
  activate_time timestamptz NOT NULL,
  author text NOT NULL,
  comment text NOT NULL,
  content_hash text NOT NULL,
  row_count bigint NOT NULL
);

CREATE TABLE city_row (
  kind text NOT NULL,
  id text NOT NULL,
  from_version bigint NOT NULL REFERENCES city_version,
  to_version bigint,
  body bytea NOT NULL,  -- wangge.registry.v1.CityRow
  PRIMARY KEY (kind, id, from_version)
);
CREATE UNIQUE INDEX city_row_current ON city_row (kind, id)
  WHERE to_version IS NULL;
CREATE INDEX city_row_from ON city_row (from_version);
CREATE INDEX city_row_to ON city_row (to_version) WHERE to_version IS NOT NULL;
