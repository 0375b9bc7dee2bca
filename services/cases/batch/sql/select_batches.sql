-- The batch $1, or the newest 1,000 when it is empty, with what their programmes
-- have come to. Indexes: primary keys, inventory_remaining.
SELECT b.batch_id, b.root_cause, b.category_code,
       (extract(epoch FROM b.create_time) * 1000000)::bigint AS create_micros,
       (SELECT count(*) FROM batch_case c WHERE c.batch_id = b.batch_id)
         AS case_count,
       p.title, p.unit_id, p.due_day::text AS due_day, p.officer_id,
       (extract(epoch FROM p.start_time) * 1000000)::bigint AS start_micros,
       (SELECT count(*) FROM inventory_item i WHERE i.batch_id = b.batch_id)
         AS item_count,
       (SELECT count(*) FROM inventory_item i
        WHERE i.batch_id = b.batch_id AND i.tranche_number IS NULL)
         AS remaining_count
FROM batch b LEFT JOIN programme p USING (batch_id)
WHERE $1 = '' OR b.batch_id = $1
ORDER BY b.create_time DESC, b.batch_id
LIMIT 1000
