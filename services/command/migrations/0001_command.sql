-- Deliveries (tasks and instructions), whom they are for, and what became of
-- them at each recipient.
CREATE TABLE delivery (
  delivery_no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  origin text NOT NULL UNIQUE,  -- What made it: a repeat makes nothing new.
  kind smallint NOT NULL,
  subject_id text NOT NULL,
  expire_time timestamptz,
  report_time timestamptz,  -- For tasks: when the report reached the city.
  body bytea NOT NULL       -- wangge.command.v1.Delivery
);
CREATE INDEX delivery_feed ON delivery (xid, delivery_no);

CREATE TABLE delivery_recipient (
  recipient_id text NOT NULL,
  delivery_no bigint NOT NULL REFERENCES delivery,
  delivered_time timestamptz,
  read_time timestamptz,
  acknowledged_time timestamptz,
  done_time timestamptz,
  PRIMARY KEY (recipient_id, delivery_no)
);
CREATE INDEX delivery_recipient_delivery ON delivery_recipient (delivery_no);

CREATE TABLE instruction (
  instruction_id text PRIMARY KEY,
  caller text NOT NULL,
  request_id text NOT NULL,
  digest bytea NOT NULL,
  state smallint NOT NULL,
  release_time timestamptz,
  release_request_id text,
  delivery_no bigint REFERENCES delivery,
  body bytea NOT NULL,  -- wangge.command.v1.Instruction without its reach
  UNIQUE (caller, request_id)
);

-- How far the feed of cases was read.
CREATE TABLE case_feed_cursor (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  cursor text NOT NULL
);
