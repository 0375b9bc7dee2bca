-- Reports, cases, events and what sources are told. Rows are the projection of
-- the fold: `body` of a case is the folded wangge.cases.v1.Case, the other
-- columns repeat what lists and timers look for.
CREATE SEQUENCE case_no_block;

CREATE TABLE report (
  source_id text NOT NULL,
  source_ref text NOT NULL,
  request_id text NOT NULL,
  report_id text NOT NULL,
  digest bytea NOT NULL,
  case_no text NOT NULL,
  receive_time timestamptz NOT NULL,
  body bytea NOT NULL,    -- wangge.cases.v1.Report
  answer bytea NOT NULL,  -- wangge.cases.v1.AdmissionResult, for repeats
  PRIMARY KEY (source_id, source_ref)
);
CREATE UNIQUE INDEX report_request ON report (source_id, request_id);

-- Personal data, encrypted; bound to its report.
CREATE TABLE reporter (
  report_id text PRIMARY KEY,
  key_id text NOT NULL,
  sealed bytea NOT NULL  -- wangge.cases.v1.Reporter, AES-256-GCM
);

CREATE TABLE cases (
  case_no text PRIMARY KEY,
  version bigint NOT NULL,
  state smallint NOT NULL,
  source_id text NOT NULL,
  district_code text NOT NULL,
  category_code text NOT NULL,
  lead_unit_id text NOT NULL,
  needs_operator boolean NOT NULL,
  receive_time timestamptz NOT NULL,
  next_timer_time timestamptz,  -- The earliest timer, null when none runs.
  body bytea NOT NULL           -- wangge.cases.v1.Case
) WITH (fillfactor = 70);
CREATE INDEX cases_next_timer ON cases (next_timer_time)
  WHERE next_timer_time IS NOT NULL;
CREATE INDEX cases_lead_unit ON cases (lead_unit_id, receive_time DESC, case_no);
CREATE INDEX cases_receive ON cases (receive_time DESC, case_no);

-- (xid, position) is the order of the feed; see docs/adr/0003-feeds.md.
CREATE TABLE event (
  case_no text NOT NULL,
  sequence bigint NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  position bigint GENERATED ALWAYS AS IDENTITY,
  title text NOT NULL,
  state smallint NOT NULL,
  body bytea NOT NULL,  -- wangge.cases.v1.CaseEvent
  PRIMARY KEY (case_no, sequence)
);
CREATE INDEX event_feed ON event (xid, position);

CREATE TABLE feedback (
  source_id text NOT NULL,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  position bigint GENERATED ALWAYS AS IDENTITY,
  body bytea NOT NULL,  -- wangge.cases.v1.Feedback without its cursor
  PRIMARY KEY (source_id, xid, position)
);
CREATE INDEX feedback_feed ON feedback (xid, position);

CREATE TABLE feedback_cursor (
  source_id text PRIMARY KEY,
  cursor text NOT NULL
);

-- The answer to a repeated request_id of a change.
CREATE TABLE request (
  caller text NOT NULL,
  request_id text NOT NULL,
  digest bytea NOT NULL,
  case_no text NOT NULL,
  PRIMARY KEY (caller, request_id)
);
