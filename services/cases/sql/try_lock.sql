-- True when this transaction has the lock $1 until its end. Unlike the lock of a
-- row it writes nothing: the feeds wait for who has begun to write.
SELECT pg_try_advisory_xact_lock($1::bigint) AS held
