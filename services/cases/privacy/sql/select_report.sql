-- A report. Index: primary key.
SELECT body FROM report WHERE source_id = $1 AND source_ref = $2
