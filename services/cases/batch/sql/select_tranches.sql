-- The tranches of a programme, in order. Index: tranche's primary key.
SELECT t.tranche_number, t.unit_id, t.officer_id, t.note,
       (extract(epoch FROM t.hand_over_time) * 1000000)::bigint
         AS hand_over_micros,
       (SELECT count(*) FROM inventory_item i
        WHERE i.batch_id = t.batch_id
          AND i.tranche_number = t.tranche_number) AS item_count
FROM tranche t
WHERE t.batch_id = $1
ORDER BY t.tranche_number
