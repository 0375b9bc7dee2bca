-- Whether the batch has a programme; no row when there is no such batch. Who
-- changes an inventory does so alone, until the end of the transaction; cases
-- may join the batch meanwhile. Index: primary keys.
SELECT EXISTS (SELECT FROM programme p WHERE p.batch_id = b.batch_id)
         AS has_programme
FROM batch b
WHERE b.batch_id = $1
FOR NO KEY UPDATE OF b
