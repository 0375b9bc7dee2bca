-- A case, and the digest under which the caller $2 used the request_id $3
-- before (null when never). Indexes: primary keys. At most one row.
SELECT c.body, r.digest
FROM cases c
LEFT JOIN request r ON r.caller = $2 AND r.request_id = $3
WHERE c.case_no = $1
