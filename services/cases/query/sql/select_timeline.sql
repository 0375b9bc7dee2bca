-- The events of a case in order. Index: primary key.
SELECT body FROM event WHERE case_no = $1 ORDER BY sequence
