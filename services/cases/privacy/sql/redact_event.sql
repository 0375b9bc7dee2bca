-- Replaces the body of a case's event $2 by one without the words $3, and takes
-- the words out of the title of them all; hashes stay. Index: primary key.
UPDATE event
SET title = '',
    body = CASE WHEN sequence = $2::bigint THEN $3::bytea ELSE body END
WHERE case_no = $1
