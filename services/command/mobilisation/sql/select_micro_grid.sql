-- A micro-grid of a mobilisation. Index: primary key.
SELECT grid_id, target_count, reached_count, refused_count, absent_count, note,
       reporter, report_count,
       (extract(epoch FROM begin_time) * 1000000)::bigint AS begin_micros,
       (extract(epoch FROM report_time) * 1000000)::bigint AS report_micros,
       (extract(epoch FROM complete_time) * 1000000)::bigint AS complete_micros
FROM mobilisation_grid WHERE instruction_id = $1 AND grid_id = $2
