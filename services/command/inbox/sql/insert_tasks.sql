-- Moves the cursor of the cases feed from $1 to $2, makes the tasks of the page
-- between, and ends those of earlier pages that it ends: of the cases $10 at the
-- times $11, the notice of a return (kind 4) only where $12. Nothing of it when
-- another process has moved the cursor. Index: delivery_standing_task.
WITH moved AS (
  INSERT INTO case_feed_cursor (cursor) SELECT $2 WHERE $1 = ''
  ON CONFLICT (id) DO NOTHING
  RETURNING 1
),
advanced AS (
  UPDATE case_feed_cursor SET cursor = $2 WHERE cursor = $1 AND $1 <> ''
  RETURNING 1
),
either AS (SELECT 1 FROM moved UNION ALL SELECT 1 FROM advanced),
ended AS (
  -- No join: by all that is planned for, it would read every task that stands.
  UPDATE delivery
  SET expire_time = ($11::timestamptz[])[array_position($10::text[], subject_id)]
  WHERE subject_id = ANY ($10::text[]) AND kind < 6 AND expire_time IS NULL
    AND (kind <> 4
         OR ($12::bigint[])[array_position($10::text[], subject_id)] = 1)
    AND EXISTS (SELECT FROM either)
),
fresh AS (
  INSERT INTO delivery (origin, kind, subject_id, report_time, body)
  SELECT origin, kind, subject_id, report_time, body
  FROM unnest($3::text[], $4::bigint[], $5::text[], $6::timestamptz[],
              $7::bytea[]) AS t(origin, kind, subject_id, report_time, body)
  WHERE EXISTS (SELECT FROM either)
  ON CONFLICT (origin) DO NOTHING
  RETURNING delivery_no, origin
),
recipients AS (
  INSERT INTO delivery_recipient (recipient_id, delivery_no)
  SELECT r.recipient_id, fresh.delivery_no
  FROM unnest($8::text[], $9::text[]) AS r(origin, recipient_id)
  JOIN fresh USING (origin)
)
SELECT count(*) AS moved FROM either
