-- The report that a request made. Index: unique (reporter, request_id).
SELECT digest FROM household_report WHERE reporter = $1 AND request_id = $2
