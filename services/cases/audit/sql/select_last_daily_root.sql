-- The newest root. Index: primary key.
SELECT day::text AS day, end_xid::text AS end_xid, end_position
FROM daily_root ORDER BY daily_root.day DESC LIMIT 1
