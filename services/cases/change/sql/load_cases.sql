-- Cases $1, and the digest under which the caller $2 used the request_id $3
-- before (null when never). `number` counts from 1; what does not exist does not
-- come. Indexes: primary keys. At most one row for each.
SELECT i.number, c.body, r.digest
FROM unnest($1::text[], $2::text[], $3::text[])
  WITH ORDINALITY AS i(case_no, caller, request_id, number)
JOIN cases c USING (case_no)
LEFT JOIN request r ON r.caller = i.caller AND r.request_id = i.request_id
