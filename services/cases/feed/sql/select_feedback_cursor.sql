-- The last acknowledged cursor of a source. Index: primary key.
SELECT cursor FROM feedback_cursor WHERE source_id = $1
