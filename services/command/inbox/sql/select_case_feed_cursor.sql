-- How far the feed of cases was read. One row at most.
SELECT cursor FROM case_feed_cursor
