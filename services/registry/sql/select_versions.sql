-- Versions below $1, newest first; at most $2. Index: primary key.
SELECT version, (extract(epoch FROM activate_time) * 1000000)::bigint AS activate_micros,
       author, comment, content_hash, row_count
FROM city_version
WHERE version < $1::bigint
ORDER BY version DESC
LIMIT $2::bigint
