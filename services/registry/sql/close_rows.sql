-- Ends rows in version $1: kinds $2, ids $3. Index: city_row_current.
UPDATE city_row AS r SET to_version = $1::bigint
FROM unnest($2::text[], $3::text[]) AS u(kind, id)
WHERE r.kind = u.kind AND r.id = u.id AND r.to_version IS NULL
