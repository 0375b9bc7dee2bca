-- What time it is, for all that share this database.
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS micros
