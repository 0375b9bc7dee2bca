-- For each spot $1 its version and the newest cases there since $2 that still
-- take duplicates. `number` counts from 1. Indexes: merge_spot's primary key,
-- cases_merge_spot. At most 20 rows for each, one at least.
SELECT i.number, coalesce(s.version, 0) AS version, c.body
FROM unnest($1::text[]) WITH ORDINALITY AS i(spot, number)
LEFT JOIN merge_spot s USING (spot)
LEFT JOIN LATERAL (
  SELECT body FROM cases
  WHERE cases.merge_spot = i.spot AND receive_time > $2::timestamptz
  ORDER BY receive_time DESC
  LIMIT 20
) AS c ON true
