-- What the row of kind $1 and id $2 said in every version that changed it,
-- newest first. Index: primary key. As many rows as it has changes.
SELECT body, from_version, coalesce(to_version, 0) AS to_version
FROM city_row
WHERE kind = $1 AND id = $2
ORDER BY from_version DESC
