-- applied before as: 5efee961e5f32129725fc20cb7bb63be746217f615f7cfad2df83d25335423ab
-- Reporters are kept for a time: by report, so that what has ended is found.
ALTER TABLE reporter ADD COLUMN source_id text;
ALTER TABLE reporter ADD COLUMN source_ref text;
ALTER TABLE reporter ADD COLUMN receive_time timestamptz;
UPDATE reporter p
SET source_id = r.source_id, source_ref = r.source_ref,
    receive_time = r.receive_time
FROM report r WHERE r.report_id = p.report_id;
-- Whose report is still reviewed by the police has none yet: its time starts now.
UPDATE reporter SET source_id = '', source_ref = report_id, receive_time = now()
WHERE source_id IS NULL;
ALTER TABLE reporter ALTER COLUMN source_id SET NOT NULL,
  ALTER COLUMN source_ref SET NOT NULL, ALTER COLUMN receive_time SET NOT NULL;
CREATE INDEX reporter_kept ON reporter (receive_time, report_id)
  WHERE sealed IS NOT NULL;
