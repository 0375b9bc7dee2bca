-- The referral with the source_ref $2 or the request_id $3 of the source $1, that
-- of the request_id first. Indexes: referral's two unique ones.
SELECT body, digest, request_id = $3 AS by_request FROM referral
WHERE source_id = $1 AND (source_ref = $2 OR request_id = $3)
ORDER BY request_id = $3 DESC
LIMIT 1
