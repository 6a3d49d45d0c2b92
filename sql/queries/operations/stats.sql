-- name: operating_facts()^
-- What operators watch and only the database knows. Each part reads an index or a list in memory, whatever the tables hold.
-- Postgres shows the transactions of others than the asking role's to superusers and pg_monitor alone.
select (select count(*) from task where status = 'DOING' and lease_expires_at > now())::integer as leases_running,
       (select count(*) from task where status = 'DOING' and lease_expires_at <= now())::integer as leases_expired,
       coalesce((
         select extract(epoch from max(now() - xact_start))
           from pg_stat_activity
          where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
       ), 0)::double precision as oldest_transaction_seconds;
