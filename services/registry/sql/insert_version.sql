-- Begins version $1 when the newest one is $1 - 1. No row when it is not.
-- The unique key stops a second writer that saw the same newest version.
INSERT INTO city_version
  (version, activate_time, author, comment, content_hash, row_count)
SELECT $1::bigint, $2::timestamptz, $3, $4, $5, $6::bigint
WHERE $1::bigint - 1 = (SELECT coalesce(max(version), 0) FROM city_version)
RETURNING version
