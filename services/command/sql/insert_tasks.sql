-- Makes tasks of a page of the cases feed and moves the cursor with them: a page
-- that is read again makes nothing new.
WITH moved AS (
  INSERT INTO case_feed_cursor (cursor) VALUES ($1)
  ON CONFLICT (id) DO UPDATE SET cursor = excluded.cursor
),
fresh AS (
  INSERT INTO delivery (origin, kind, subject_id, report_time, body)
  SELECT origin, kind, subject_id, report_time, body
  FROM unnest($2::text[], $3::smallint[], $4::text[], $5::timestamptz[],
              $6::bytea[]) AS t(origin, kind, subject_id, report_time, body)
  ON CONFLICT (origin) DO NOTHING
  RETURNING delivery_no, origin
)
INSERT INTO delivery_recipient (recipient_id, delivery_no)
SELECT r.recipient_id, fresh.delivery_no
FROM unnest($7::text[], $8::text[]) AS r(origin, recipient_id)
JOIN fresh USING (origin)
