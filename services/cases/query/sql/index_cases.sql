-- Writes what cases are looked up by; what is so already stays untouched.
-- Index: primary key. Rows: one for each case of a page of the feed.
INSERT INTO case_search (case_no, receive_time, words, latitude_deg,
                         longitude_deg, keys)
SELECT case_no, receive_time, words, latitude_deg, longitude_deg,
       string_to_array(keys, E'\n')
FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::float8[],
            $5::float8[], $6::text[])
  AS i(case_no, receive_time, words, latitude_deg, longitude_deg, keys)
ORDER BY case_no
ON CONFLICT (case_no) DO UPDATE
SET words = excluded.words, latitude_deg = excluded.latitude_deg,
    longitude_deg = excluded.longitude_deg, keys = excluded.keys
WHERE (case_search.words, case_search.keys)
  IS DISTINCT FROM (excluded.words, excluded.keys)
