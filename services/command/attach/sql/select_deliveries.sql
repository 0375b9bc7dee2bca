-- Deliveries by their numbers. Index: primary key.
SELECT delivery_no, body FROM delivery WHERE delivery_no = ANY($1::bigint[])
