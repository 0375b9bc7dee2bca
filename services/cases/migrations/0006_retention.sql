-- Reporters are kept for a time: by report, so that what has ended is found.
DO $$
BEGIN
  IF EXISTS (SELECT FROM cases) OR EXISTS (SELECT FROM reporter) THEN
    RAISE EXCEPTION 'these cases were stored before their reporters were kept for a time and cannot be taken over: start with an empty database (deploy/down --purge)';
  END IF;
END $$;
ALTER TABLE reporter ADD COLUMN source_id text NOT NULL;
ALTER TABLE reporter ADD COLUMN source_ref text NOT NULL;
ALTER TABLE reporter ADD COLUMN receive_time timestamptz NOT NULL;
CREATE INDEX reporter_kept ON reporter (receive_time, report_id)
  WHERE sealed IS NOT NULL;
