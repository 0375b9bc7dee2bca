-- The entries that wait to be sorted into the index are sorted in when they are
-- a quarter of a megabyte, not four: that took 0.3 s of a core every few
-- seconds, and the commit after it wrote so much that all others waited for it.
ALTER INDEX case_search_keys SET (gin_pending_list_limit = 256);
