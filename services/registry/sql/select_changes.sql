-- What leads from version $1 to version $2, whichever is later: rows that are
-- valid in $2 but not in $1, and keys that are valid in $1 and have no row in $2
-- (body is null). Indexes: city_row_from, city_row_to.
WITH moved AS (
  SELECT kind, id, body,
         from_version <= $1 AND (to_version IS NULL OR to_version > $1) AS in_from,
         from_version <= $2 AND (to_version IS NULL OR to_version > $2) AS in_to
  FROM city_row
  WHERE (from_version > least($1, $2) AND from_version <= greatest($1, $2))
     OR (to_version > least($1, $2) AND to_version <= greatest($1, $2))
)
SELECT kind, id, body FROM moved WHERE in_to AND NOT in_from
UNION ALL
SELECT kind, id, NULL::bytea
FROM moved AS gone
WHERE in_from AND NOT in_to
  AND NOT EXISTS (
    SELECT FROM city_row AS valid
    WHERE valid.kind = gone.kind AND valid.id = gone.id
      AND valid.from_version <= $2
      AND (valid.to_version IS NULL OR valid.to_version > $2))
