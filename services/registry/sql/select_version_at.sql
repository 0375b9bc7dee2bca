-- The version that was current at $1. Index: city_version_time. At most one row.
SELECT version, (extract(epoch FROM activate_time) * 1000000)::bigint AS activate_micros,
       author, comment, content_hash, row_count
FROM city_version
WHERE activate_time <= $1::timestamptz
ORDER BY activate_time DESC, version DESC
LIMIT 1
