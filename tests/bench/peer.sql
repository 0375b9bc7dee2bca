-- What SubmitReport writes for one report, a statement a row: BEGIN, prepared
-- inserts, COMMIT. Sizes as measured in a suite that played the demo.
\set n random(1, 9000000000000000)
\set c random(1, 9000000000000000)
BEGIN;
INSERT INTO merge_spot (spot, version) VALUES ('heating.cold@' || :n, 1) ON CONFLICT (spot) DO UPDATE SET version = merge_spot.version + 1;
INSERT INTO report (source_id, source_ref, request_id, report_id, digest, case_no, receive_time, body, answer) VALUES ('12345', 'ref-' || :n, 'req-' || :n, 'id-' || :n, repeat('d', 32)::bytea, '410105-' || :c, now(), repeat('r', 250)::bytea, repeat('a', 93)::bytea);
INSERT INTO cases (case_no, version, state, source_id, district_code, category_code, lead_unit_id, needs_operator, receive_time, next_timer_time, merge_spot, street_grid_id, light, measures, body) VALUES ('410105-' || :c, 3, 4, '12345', '410105', 'heating.cold', 'heating-d410105', false, now(), now() + interval '30 min', 'heating.cold@' || :n, 'g410105001', 1, '{1,104,2,5,6,7,8}', repeat('c', 763)::bytea);
INSERT INTO statistic_change (day, district_code, street_grid_id, lead_unit_id, category_code, source_id, measures, sign) VALUES (current_date, '410105', 'g410105001', 'heating-d410105', 'heating.cold', '12345', '{1,104,2,5,6,7,8}', 1);
INSERT INTO reporter (report_id, key_id, sealed, source_id, source_ref, receive_time) VALUES ('id-' || :n, 'local-1', repeat('s', 45)::bytea, '12345', 'ref-' || :n, now());
INSERT INTO event (case_no, sequence, title, state, accountable_unit_id, body, hash) VALUES ('410105-' || :c, 1, 'title', 1, 'heating-d410105', repeat('e', 1338)::bytea, repeat('h', 32)::bytea);
INSERT INTO event (case_no, sequence, title, state, accountable_unit_id, body, hash) VALUES ('410105-' || :c, 2, 'title', 3, 'heating-d410105', repeat('e', 101)::bytea, repeat('h', 32)::bytea);
INSERT INTO event (case_no, sequence, title, state, accountable_unit_id, body, hash) VALUES ('410105-' || :c, 3, 'title', 4, 'heating-d410105', repeat('e', 220)::bytea, repeat('h', 32)::bytea);
INSERT INTO feedback (source_id, body) VALUES ('12345', repeat('f', 115)::bytea);
INSERT INTO feedback (source_id, body) VALUES ('12345', repeat('f', 115)::bytea);
INSERT INTO feedback (source_id, body) VALUES ('12345', repeat('f', 115)::bytea);
COMMIT;
