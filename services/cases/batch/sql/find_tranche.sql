-- The digest of the tranche that a request has handed over.
SELECT digest FROM tranche WHERE batch_id = $1 AND request_id = $2
