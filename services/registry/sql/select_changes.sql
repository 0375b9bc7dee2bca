-- What changed between version $1 and version $2: rows that are valid in $2 but
-- began later than $1, and keys that ended since and have no row in $2 (body is
-- null). Indexes: city_row_from, city_row_to.
SELECT kind, id, body
FROM city_row
WHERE from_version > $1 AND from_version <= $2
  AND (to_version IS NULL OR to_version > $2)
UNION ALL
SELECT DISTINCT gone.kind, gone.id, NULL::bytea
FROM city_row AS gone
WHERE gone.to_version > $1 AND gone.to_version <= $2
  AND NOT EXISTS (
    SELECT FROM city_row AS valid
    WHERE valid.kind = gone.kind AND valid.id = gone.id
      AND valid.from_version <= $2
      AND (valid.to_version IS NULL OR valid.to_version > $2))
