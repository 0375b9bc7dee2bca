-- Remediation programmes: what is done about the cause of a batch.
CREATE TABLE programme (
  batch_id text PRIMARY KEY REFERENCES batch,
  title text NOT NULL,
  unit_id text NOT NULL,
  due_day date NOT NULL,
  officer_id text NOT NULL,
  start_time timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE tranche (
  batch_id text NOT NULL REFERENCES programme,
  tranche_number integer NOT NULL,
  request_id text NOT NULL,
  digest bytea NOT NULL,
  unit_id text NOT NULL,
  officer_id text NOT NULL,
  note text NOT NULL,
  hand_over_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (batch_id, tranche_number),
  UNIQUE (batch_id, request_id)
);
CREATE TABLE inventory_item (
  batch_id text NOT NULL REFERENCES programme,
  item_id text NOT NULL,
  name text NOT NULL,
  address text NOT NULL,
  district_code text NOT NULL,
  tranche_number integer,  -- Null while it remains.
  PRIMARY KEY (batch_id, item_id)
);
CREATE INDEX inventory_remaining ON inventory_item (batch_id, item_id)
  WHERE tranche_number IS NULL;
