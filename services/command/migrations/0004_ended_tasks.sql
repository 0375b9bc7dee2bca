-- A task ends with its case, or when the case is dispatched anew: its delivery
-- expires then, and is deleted later.
CREATE INDEX delivery_standing_task ON delivery (subject_id)
  WHERE kind < 6 AND expire_time IS NULL;
CREATE INDEX delivery_ended_task ON delivery (expire_time)
  WHERE kind < 6 AND expire_time IS NOT NULL;
