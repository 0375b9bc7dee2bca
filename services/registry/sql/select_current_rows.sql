-- All rows of the newest version. Index: city_row_current. As many rows as the
-- city has.
SELECT body FROM city_row WHERE to_version IS NULL
