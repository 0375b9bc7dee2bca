-- Hands the items $7 over as the next tranche; returns at most 5 of them that
-- do not remain. The caller holds the programme's lock. Rows: 10,000 items.
WITH next AS (
  INSERT INTO tranche (batch_id, tranche_number, request_id, digest, unit_id,
                       officer_id, note)
  SELECT $1, count(*) + 1, $2, $3::bytea, $4, $5, $6
  FROM tranche WHERE batch_id = $1
  RETURNING tranche_number
),
handed AS (
  UPDATE inventory_item i SET tranche_number = next.tranche_number
  FROM next
  WHERE i.batch_id = $1 AND i.item_id = ANY ($7::text[])
    AND i.tranche_number IS NULL
  RETURNING i.item_id
)
SELECT wanted.item_id
FROM unnest($7::text[]) AS wanted(item_id)
LEFT JOIN handed USING (item_id)
WHERE handed.item_id IS NULL
ORDER BY 1
LIMIT 5
