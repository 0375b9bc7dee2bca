-- Keeps the certificate $3 of version $1, checked at $2. Index: primary key.
INSERT INTO certificate (version, check_time, body)
VALUES ($1::bigint, $2::timestamptz, $3::bytea)
ON CONFLICT DO NOTHING
