-- The sealed reporters of reports $1; null where they were erased.
-- Index: primary key.
SELECT report_id, key_id, sealed FROM reporter WHERE report_id = ANY($1::text[])
