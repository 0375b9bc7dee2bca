-- What people look cases up by: a projection of the feed, written by whoever
-- holds the lock, a moment after the case. `keys` are the month of receipt with
-- each two neighbouring characters of the words, each grid, and the cell of the
-- point (domain/search.h); the month keeps the lists behind a key short.
CREATE TABLE case_search (
  case_no text PRIMARY KEY,
  receive_time timestamptz NOT NULL,
  words text NOT NULL,
  latitude_deg double precision,  -- WGS84, null when unknown.
  longitude_deg double precision,
  keys text[] NOT NULL
);
CREATE INDEX case_search_keys ON case_search USING gin (keys);
-- How far the feed has been read; one row.
CREATE TABLE case_search_cursor (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  cursor text NOT NULL
);
INSERT INTO case_search_cursor (cursor) VALUES ('');
