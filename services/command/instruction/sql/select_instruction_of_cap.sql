-- The instruction that was imported from an alert. Index: instruction_cap.
SELECT instruction_id FROM instruction WHERE cap_reference = $1
