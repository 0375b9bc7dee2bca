-- Every event keeps the SHA-256 of its body as it was written; the next event
-- names it, so that a redacted body does not break the proof.
DO $$
BEGIN
  IF EXISTS (SELECT FROM event) THEN
    RAISE EXCEPTION 'these cases were stored before their events were chained and cannot be taken over: start with an empty database (deploy/down --purge)';
  END IF;
END $$;
ALTER TABLE event ADD COLUMN hash bytea NOT NULL;
-- Who was accountable after the change: what a reader of the feed needs to know
-- whom it concerns.
ALTER TABLE event ADD COLUMN accountable_unit_id text NOT NULL;

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
