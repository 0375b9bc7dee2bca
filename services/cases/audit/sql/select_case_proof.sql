-- The events of a case as they are stored, in order. Index: primary key.
SELECT sequence, body, hash, xid::text AS xid, position
FROM event WHERE case_no = $1 ORDER BY sequence
