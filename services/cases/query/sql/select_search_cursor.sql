-- The search's place in the feed.
SELECT cursor FROM case_search_cursor
