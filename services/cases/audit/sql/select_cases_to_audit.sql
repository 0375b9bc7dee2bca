-- A page of cases after the case number $1, or only the case $2, each with all
-- its events: rows of one case stand together, and only the first has the case.
-- One snapshot. Indexes: primary keys. $3 cases.
SELECT c.case_no, e.sequence, e.body AS event_body, e.hash,
       CASE WHEN e.sequence = 1 THEN c.body END AS body,
       c.version, c.state, c.district_code, c.category_code, c.lead_unit_id,
       c.street_grid_id, c.light, c.measures::text AS measures,
       c.merge_spot, c.needs_operator, c.next_timer_time IS NULL AS no_timer,
       (extract(epoch FROM c.next_timer_time) * 1000000)::bigint
         AS next_timer_micros
FROM (
  SELECT * FROM cases
  WHERE case_no > $1 AND ($2 = '' OR case_no = $2)
  ORDER BY case_no
  LIMIT $3::bigint
) AS c
JOIN event e USING (case_no)
ORDER BY c.case_no, e.sequence
