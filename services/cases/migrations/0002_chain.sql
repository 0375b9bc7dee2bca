-- applied before as: cfc92a7d09f8aff07187c28ad10365e16b1ff4b76383c44305c3602e88292c27
-- Every event keeps the SHA-256 of its body as it was written; the next event
-- names it, so that a redacted body does not break the proof.
-- Events from before name none: an audit says so of their cases.
ALTER TABLE event ADD COLUMN hash bytea;
UPDATE event SET hash = sha256(body);
ALTER TABLE event ALTER COLUMN hash SET NOT NULL;
-- Who was accountable after the change: what a reader of the feed needs to know
-- whom it concerns. Of events from before, the unit that leads the case now.
ALTER TABLE event ADD COLUMN accountable_unit_id text;
UPDATE event e SET accountable_unit_id = c.lead_unit_id
FROM cases c WHERE c.case_no = e.case_no;
UPDATE event SET accountable_unit_id = '' WHERE accountable_unit_id IS NULL;
ALTER TABLE event ALTER COLUMN accountable_unit_id SET NOT NULL;

-- The Merkle root over the hashes of all events of a day, in feed order; the
-- day's events come after the end of the day before it.
CREATE TABLE daily_root (
  day date PRIMARY KEY,
  leaf_count bigint NOT NULL,
  root bytea NOT NULL,
  end_xid xid8 NOT NULL,
  end_position bigint NOT NULL
);

-- Batches of like cases (类案).
CREATE TABLE batch (
  batch_id text PRIMARY KEY,
  root_cause text NOT NULL,
  category_code text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE batch_case (
  batch_id text NOT NULL REFERENCES batch,
  case_no text NOT NULL,
  PRIMARY KEY (batch_id, case_no)
);

-- A reporter's data that was deleted leaves its row, without the data.
ALTER TABLE reporter ALTER COLUMN sealed DROP NOT NULL;
ALTER TABLE reporter ADD COLUMN erase_time timestamptz;

-- Duplicates are looked for at spots (category and grid). Who admits a report at
-- a spot raises its version, so that of two who looked at the same time only one
-- succeeds, and the other looks again.
CREATE TABLE merge_spot (
  spot text PRIMARY KEY,
  version bigint NOT NULL
) WITH (fillfactor = 70);
-- The spot while the case takes duplicates, else null.
ALTER TABLE cases ADD COLUMN merge_spot text;
CREATE INDEX cases_merge_spot ON cases (merge_spot, receive_time DESC)
  WHERE merge_spot IS NOT NULL;

-- The police's reviews before a case: `body` is wangge.cases.v1.Referral, and
-- `admission` the report as it will be admitted.
CREATE TABLE referral (
  referral_id text PRIMARY KEY,
  version bigint NOT NULL,
  state smallint NOT NULL,
  source_id text NOT NULL,
  source_ref text NOT NULL,
  request_id text NOT NULL,
  digest bytea NOT NULL,
  station_unit_id text NOT NULL,
  branch_unit_id text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  next_timer_time timestamptz,
  body bytea NOT NULL,
  admission bytea NOT NULL,  -- wangge.cases.v1.Admission without its reporter
  UNIQUE (source_id, source_ref)
);
CREATE UNIQUE INDEX referral_request ON referral (source_id, request_id);
CREATE INDEX referral_next_timer ON referral (next_timer_time)
  WHERE next_timer_time IS NOT NULL;
CREATE INDEX referral_state ON referral (state, create_time);
