-- Reporters of reports received before $1 that are still kept, after
-- (receive_time $2, report_id $3), the oldest first; $4 rows at most. Without a
-- case_no there is no case, because the review of the police did not let it come
-- to one; those whose review goes on are left out.
-- Index: reporter_kept.
SELECT r.report_id, coalesce(p.case_no, '') AS case_no,
       (extract(epoch FROM r.receive_time) * 1000000)::bigint AS receive_micros
FROM reporter r
LEFT JOIN report p USING (source_id, source_ref)
LEFT JOIN cases c ON c.case_no = p.case_no
WHERE r.sealed IS NOT NULL
  AND r.receive_time < $1::timestamptz
  AND (r.receive_time, r.report_id) > ($2::timestamptz, $3)
  AND (c.state >= 10
       OR p.case_no IS NULL
          AND NOT EXISTS (SELECT FROM referral f
                          WHERE f.source_id = r.source_id
                            AND f.source_ref = r.source_ref
                            AND f.state <= 2))
ORDER BY r.receive_time, r.report_id
LIMIT $4::bigint
