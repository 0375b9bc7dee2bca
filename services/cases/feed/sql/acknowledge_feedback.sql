-- Moves a source's cursor forward, never back. Index: primary key.
INSERT INTO feedback_cursor (source_id, cursor) VALUES ($1, $2)
ON CONFLICT (source_id) DO UPDATE
SET cursor = greatest(feedback_cursor.cursor, excluded.cursor)
RETURNING cursor
