-- True when this transaction may fold statistics until its end: of several
-- replicas one does. The number is "stat" in ASCII.
SELECT pg_try_advisory_xact_lock(1937006964) AS held
