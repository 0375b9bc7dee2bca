-- The search's place in the feed, for one writer at a time; no row when another
-- one has it.
SELECT cursor FROM case_search_cursor FOR UPDATE SKIP LOCKED
