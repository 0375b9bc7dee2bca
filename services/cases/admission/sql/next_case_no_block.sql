-- A block of 1,000 serial numbers for one process.
SELECT nextval('case_no_block') AS block
