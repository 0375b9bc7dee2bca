-- A page of an inventory after the item $2, only what remains when $3; $4 rows.
-- Index: inventory_item's primary key.
SELECT item_id, name, address, district_code, tranche_number
FROM inventory_item
WHERE batch_id = $1 AND item_id > $2
  AND (NOT $3::boolean OR tranche_number IS NULL)
ORDER BY item_id
LIMIT $4::bigint
