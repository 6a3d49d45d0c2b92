-- name: wait_for_turn(key)!
-- Held until the connection ends: what brings a database up to date comes one at a time, however many start at once.
select pg_advisory_lock(:key::bigint);

-- name: has_migration_table()$
-- A name is looked up so that a database that was never migrated can be asked without an error.
select to_regclass('schema_migration') is not null;

-- name: make_migration_table()!
create table schema_migration (
  name text primary key,
  applied_at timestamptz not null default now()
);

-- name: applied_migrations()
select name from schema_migration order by name;

-- name: record_migration(name)!
insert into schema_migration (name) values (:name);

-- name: server_encoding()$
select current_setting('server_encoding');
