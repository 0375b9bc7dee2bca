-- What one event of a case writes: BEGIN, a prepared update and three inserts,
-- COMMIT. Sizes as measured in a suite that played the demo.
\set n random(1, 10000)
\set r random(1, 9000000000000000)
\set s random(10, 9000000000000000)
BEGIN;
UPDATE cases SET version = version + 1, state = 5, district_code = '410105', category_code = 'heating.cold', lead_unit_id = 'heating-d410105', needs_operator = false, next_timer_time = now() + interval '30 min', light = 1, measures = '{1,105,2,5,6,7,8}', body = repeat('c', 900)::bytea WHERE case_no = '410105-' || :n;
INSERT INTO request (caller, request_id, digest, case_no) VALUES ('officer/o000001', 'req-' || :r, repeat('d', 32)::bytea, '410105-' || :n);
INSERT INTO event (case_no, sequence, title, state, accountable_unit_id, body, hash) VALUES ('410105-' || :n, :s, 'title', 5, 'heating-d410105', repeat('e', 150)::bytea, repeat('h', 32)::bytea);
INSERT INTO feedback (source_id, body) VALUES ('12345', repeat('f', 115)::bytea);
COMMIT;
