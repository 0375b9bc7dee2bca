-- Replaces a report's body by one without the words. One row.
UPDATE report SET body = $4::bytea
WHERE source_id = $1 AND source_ref = $2 AND report_id = $3
