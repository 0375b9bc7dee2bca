-- Which due cases somebody is firing the timers of, so that several processes
-- share them. Unlogged: a lease that is lost in a crash costs nothing, because
-- a timer fires once by the version of its case.
CREATE UNLOGGED TABLE timer_lease (
  case_no text PRIMARY KEY,
  lease_end timestamptz NOT NULL
);
