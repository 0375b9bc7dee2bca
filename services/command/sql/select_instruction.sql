-- An instruction with its reach. Indexes: primary key,
-- delivery_recipient_delivery. One row at most; counts the audience.
SELECT i.body, i.release_request_id,
       r.audience_count, r.delivered_count, r.within_count,
       r.acknowledged_count
FROM instruction i
CROSS JOIN LATERAL (
  SELECT count(*) AS audience_count,
         count(delivered_time) AS delivered_count,
         count(*) FILTER (
           WHERE delivered_time <= i.release_time + interval '10 seconds')
           AS within_count,
         count(acknowledged_time) AS acknowledged_count
  FROM delivery_recipient WHERE delivery_no = i.delivery_no) AS r
WHERE i.instruction_id = $1
