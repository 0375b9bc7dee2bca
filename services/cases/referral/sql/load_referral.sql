-- A referral, and the digest under which the caller $2 used the request_id $3
-- before (null when never). Indexes: primary keys.
SELECT f.body, f.admission, r.digest
FROM referral f
LEFT JOIN request r ON r.caller = $2 AND r.request_id = $3
WHERE f.referral_id = $1
