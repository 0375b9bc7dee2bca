-- The earlier reports that have the source_ref or the request_id of those
-- given: sources $1, source_refs $2, request_ids $3. `number` counts from 1.
-- Indexes: report's two unique ones. At most two rows for each.
WITH input AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
    WITH ORDINALITY AS i(source_id, source_ref, request_id, number)
)
SELECT i.number, true AS by_request, r.digest, r.answer
FROM input i JOIN report r
  ON r.source_id = i.source_id AND r.request_id = i.request_id
UNION ALL
SELECT i.number, false, r.digest, r.answer
FROM input i JOIN report r
  ON r.source_id = i.source_id AND r.source_ref = i.source_ref
