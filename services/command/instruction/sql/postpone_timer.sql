-- Lets the timer of the instruction $1 rest until $2. Index: primary key.
UPDATE instruction
SET next_timer_time = $2::timestamptz
WHERE instruction_id = $1
