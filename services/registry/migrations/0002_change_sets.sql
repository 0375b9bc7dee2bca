-- Changes of the city from their proposal to the version they became, and the
-- certificates of the nightly check.
CREATE TABLE change_set (
  change_set_id text PRIMARY KEY,
  request_id text NOT NULL UNIQUE,
  request_hash bytea NOT NULL,
  state integer NOT NULL,          -- wangge.registry.v1.ChangeSet.State
  author text NOT NULL,
  decider text NOT NULL DEFAULT '',
  base_version bigint NOT NULL,
  version bigint NOT NULL DEFAULT 0,
  comment text NOT NULL,
  activate_time timestamptz,
  propose_time timestamptz NOT NULL,
  decide_time timestamptz,
  reason text NOT NULL DEFAULT '',
  row_count bigint NOT NULL,
  body bytea NOT NULL              -- wangge.registry.v1.ChangeSet: its rows
);
CREATE INDEX change_set_newest ON change_set (propose_time DESC, change_set_id);
-- Those that wait for their time are few.
CREATE INDEX change_set_due ON change_set (activate_time) WHERE state = 2;

CREATE TABLE certificate (
  version bigint NOT NULL REFERENCES city_version,
  check_time timestamptz NOT NULL,
  body bytea NOT NULL,             -- wangge.registry.v1.CityCertificate
  PRIMARY KEY (version, check_time)
);

CREATE INDEX city_version_time ON city_version (activate_time);
