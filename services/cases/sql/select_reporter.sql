-- A report's sealed reporter; null once it was erased. Index: primary key.
SELECT key_id, sealed FROM reporter WHERE report_id = $1
