-- A version, or the newest one for $1 = 0. Index: primary key. At most one row.
SELECT version, (extract(epoch FROM activate_time) * 1000000)::bigint AS activate_micros,
       author, comment, content_hash, row_count
FROM city_version
WHERE $1::bigint = 0 OR version = $1::bigint
ORDER BY version DESC
LIMIT 1
