-- Deliveries by channel; receipts that can say no; audiences frozen with their
-- places; the life of instructions; mobilisations.
ALTER TABLE delivery
  ADD COLUMN channel smallint NOT NULL DEFAULT 1,  -- wangge.command.v1.Channel
  -- Of an escalation: what was not acknowledged.
  ADD COLUMN original_no bigint;
-- How instructions find what they sent.
CREATE INDEX delivery_subject ON delivery (subject_id) WHERE kind >= 6;

-- A hint to the processes that hand out deliveries.
CREATE FUNCTION tell_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM fresh) THEN NOTIFY delivery; END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER tell_delivery AFTER INSERT ON delivery
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
  EXECUTE FUNCTION tell_delivery();

-- The audience of an instruction is a hundred thousand rows written at once and
-- updated soon after: two indexes instead of three, no check of the key that the
-- same statement has just made, and room for updates in place.
ALTER TABLE delivery_recipient
  DROP CONSTRAINT delivery_recipient_delivery_no_fkey,
  DROP CONSTRAINT delivery_recipient_pkey,
  ADD PRIMARY KEY (delivery_no, recipient_id),
  ADD COLUMN place_no integer,           -- Of audience_place.
  ADD COLUMN sent_time timestamptz,      -- Where no receipt came in time.
  ADD COLUMN unreachable_time timestamptz,
  ADD COLUMN unreachable_reason text,
  ADD COLUMN escalation_no bigint,       -- The last delivery about its silence.
  SET (fillfactor = 60);
DROP INDEX delivery_recipient_delivery;

-- Where the recipients of a delivery had their posts when it was frozen.
CREATE TABLE audience_place (
  delivery_no bigint NOT NULL,
  place_no integer NOT NULL,
  district_id text NOT NULL,   -- Grids; empty where the post lies above.
  street_id text NOT NULL,
  community_id text NOT NULL,
  PRIMARY KEY (delivery_no, place_no)
);

-- Requests that changed instructions: a repeat finds what it did.
CREATE TABLE instruction_request (
  caller text NOT NULL,
  request_id text NOT NULL,
  digest bytea NOT NULL,
  instruction_id text NOT NULL,
  PRIMARY KEY (caller, request_id)
);
INSERT INTO instruction_request
SELECT caller, request_id, digest, instruction_id FROM instruction;

-- The body is what was written and never changes; the columns are its life.
ALTER TABLE instruction
  DROP COLUMN caller,
  DROP COLUMN request_id,
  DROP COLUMN digest,
  DROP COLUMN release_request_id,
  ADD COLUMN instruction_no bigint GENERATED ALWAYS AS IDENTITY,
  ADD COLUMN releaser text NOT NULL DEFAULT '',
  ADD COLUMN reference_id text NOT NULL DEFAULT '',
  ADD COLUMN end_time timestamptz,
  ADD COLUMN ended_by text NOT NULL DEFAULT '',
  ADD COLUMN city_version bigint NOT NULL DEFAULT 0,
  ADD COLUMN escalation_stage integer NOT NULL DEFAULT 0,
  ADD COLUMN reach_measured boolean NOT NULL DEFAULT false,
  ADD COLUMN successor_id text NOT NULL DEFAULT '',  -- Of a monthly drill.
  ADD COLUMN cap_reference text,
  ADD COLUMN next_timer_time timestamptz;
CREATE UNIQUE INDEX instruction_cap ON instruction (cap_reference);
CREATE UNIQUE INDEX instruction_list ON instruction (instruction_no);
CREATE INDEX instruction_next_timer ON instruction (next_timer_time)
  WHERE next_timer_time IS NOT NULL;

-- Micro-grids of a mobilisation with the counts that hold now.
CREATE TABLE mobilisation_grid (
  instruction_id text NOT NULL,
  grid_id text NOT NULL,
  district_id text NOT NULL,
  street_id text NOT NULL,
  community_id text NOT NULL,
  target_count integer NOT NULL,
  reached_count integer NOT NULL DEFAULT 0,
  refused_count integer NOT NULL DEFAULT 0,
  absent_count integer NOT NULL DEFAULT 0,
  note text NOT NULL DEFAULT '',
  reporter text NOT NULL DEFAULT '',
  report_count bigint NOT NULL DEFAULT 0,
  begin_time timestamptz,
  report_time timestamptz,
  complete_time timestamptz,
  PRIMARY KEY (instruction_id, grid_id)
) WITH (fillfactor = 70);

-- Every report of households, never changed: mobilisation_grid is its fold.
CREATE TABLE household_report (
  report_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  reporter text NOT NULL,
  request_id text NOT NULL,
  digest bytea NOT NULL,
  instruction_id text NOT NULL,
  grid_id text NOT NULL,
  report_time timestamptz NOT NULL,
  target_count integer NOT NULL,
  reached_count integer NOT NULL,
  refused_count integer NOT NULL,
  absent_count integer NOT NULL,
  note text NOT NULL,
  UNIQUE (reporter, request_id)
);
