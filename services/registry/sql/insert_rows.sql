-- Adds rows from version $1: kinds $2, ids $3, bodies $4.
INSERT INTO city_row (kind, id, from_version, body)
SELECT u.kind, u.id, $1::bigint, u.body
FROM unnest($2::text[], $3::text[], $4::bytea[]) AS u(kind, id, body)
