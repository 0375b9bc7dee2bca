-- Cases that have all keys $1 and one of the keys $2, whose words contain each
-- of $3, within $6 metres of ($4, $5) unless $6 is 0; before (receive_time $7,
-- case_no $8), newest first: state $9 (0 for all), lead unit $10, source $11,
-- waiting for an operator $12, open $13, light $14 (0 for all). $15 rows.
-- Within 5 km a degree of latitude is taken as 111,195 m and the earth as flat.
-- Index: case_search_keys. Read: a month's cases with all the keys.
SELECT c.body
FROM case_search s JOIN cases c USING (case_no)
WHERE s.keys @> $1::text[] AND s.keys && $2::text[]
  AND NOT EXISTS (SELECT FROM unnest($3::text[]) AS w(word)
                  WHERE position(w.word IN s.words) = 0)
  AND ($6::float8 = 0
       OR sqrt(power(s.latitude_deg - $4::float8, 2)
               + power((s.longitude_deg - $5::float8)
                       * cos(radians($4::float8)), 2)) * 111195 <= $6::float8)
  AND (s.receive_time, s.case_no) < ($7::timestamptz, $8)
  AND ($9::smallint = 0 OR c.state = $9::smallint)
  AND ($10 = '' OR c.lead_unit_id = $10)
  AND ($11 = '' OR c.source_id = $11)
  AND (NOT $12::boolean OR c.needs_operator)
  AND (NOT $13::boolean OR c.state < 10)
  AND ($14::smallint = 0 OR c.light = $14::smallint)
ORDER BY s.receive_time DESC, s.case_no DESC
LIMIT $15::bigint
