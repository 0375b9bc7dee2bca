-- Who changes an inventory does so alone, until the end of the transaction.
-- Two booleans: is there such a batch, and has it a programme.
SELECT EXISTS (SELECT FROM batch WHERE batch_id = $1) AS has_batch,
       EXISTS (SELECT FROM programme WHERE batch_id = $1) AS has_programme,
       pg_advisory_xact_lock(hashtextextended('programme ' || $1, 0))
