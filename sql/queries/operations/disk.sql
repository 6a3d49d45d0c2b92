-- name: use_little_memory()!
-- Until the transaction ends, what is large goes through files in the directory of the database, wherever such files go
-- otherwise.
select set_config('work_mem', '64kB', true), set_config('temp_tablespaces', '', true);

-- name: write_some_megabytes()$
select count(*) from generate_series(1, 200000);
