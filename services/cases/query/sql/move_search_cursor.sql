-- The search has read up to cursor $1.
UPDATE case_search_cursor SET cursor = $1
