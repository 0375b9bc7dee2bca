-- What waits for a recipient is found without what was acknowledged long ago.
CREATE INDEX delivery_recipient_pending ON delivery_recipient (recipient_id, delivery_no)
  WHERE acknowledged_time IS NULL;
