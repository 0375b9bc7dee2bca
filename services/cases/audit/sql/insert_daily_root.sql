-- Keeps the root of a day; nothing when another replica was first.
INSERT INTO daily_root (day, leaf_count, root, end_xid, end_position)
VALUES ($1::date, $2::bigint, $3::bytea, $4::text::xid8, $5::bigint)
ON CONFLICT (day) DO NOTHING
RETURNING day
