-- Deletes up to $2 tasks that ended before $1, the longest ended first, with
-- what became of them at their recipients. Instructions are kept: they prove
-- their reach. Indexes: delivery_ended_task, delivery_recipient's primary key.
WITH old AS (
  SELECT delivery_no FROM delivery
  WHERE kind < 6 AND expire_time IS NOT NULL AND expire_time < $1::timestamptz
  ORDER BY expire_time
  LIMIT $2::bigint
),
recipients AS (
  DELETE FROM delivery_recipient USING old
  WHERE delivery_recipient.delivery_no = old.delivery_no
),
deleted AS (
  DELETE FROM delivery USING old WHERE delivery.delivery_no = old.delivery_no
  RETURNING 1
)
SELECT count(*) AS deleted FROM deleted
