-- Adds items to an inventory; returns, of those that were there, at most 5 that
-- say something else. Index: inventory_item's primary key. Rows: 10,000.
WITH input AS (
  SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[])
    AS i(item_id, name, address, district_code)
),
added AS (
  INSERT INTO inventory_item (batch_id, item_id, name, address, district_code)
  SELECT $1, * FROM input
  ON CONFLICT DO NOTHING
)
SELECT item_id
FROM input JOIN inventory_item o USING (item_id)
WHERE o.batch_id = $1
  AND (o.name, o.address, o.district_code)
      <> (input.name, input.address, input.district_code)
ORDER BY item_id
LIMIT 5
