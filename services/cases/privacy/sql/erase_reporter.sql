-- Deletes a reporter's data for good; the row tells that there was some. No row
-- when there was none, or it is deleted already.
UPDATE reporter SET sealed = NULL, erase_time = now()
WHERE report_id = $1 AND sealed IS NOT NULL
RETURNING report_id
