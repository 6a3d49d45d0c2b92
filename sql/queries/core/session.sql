-- name: cancel_lock_waits(backends, names, seconds)
-- Of these, and of those of this name, what began so long ago and waits for a lock. The server's own clock, in the same
-- look: a backend that has something else to do by now is left alone.
select pg_cancel_backend(pid)
  from pg_stat_activity
 where (pid = any(:backends::integer[]) or application_name = any(:names::text[])) and wait_event_type = 'Lock' and xact_start < now() - make_interval(secs => :seconds::integer);

-- name: set_the_rest_of_the_session()!
-- Of what an older Postgres doesn't know there is no row. Where commits don't wait for the disk, what we answered would be lost
-- in a crash; how much more they wait for is the operator's to say.
select set_config(name, case name when 'synchronous_commit' then 'on' else '0' end, false)
  from pg_settings
 where name = 'transaction_timeout' or name = 'synchronous_commit' and setting = 'off' and source <> 'client';

-- name: operators_settings(names)
select name, setting
  from pg_settings
 where lower(name) = any(:names::text[]) and source not in ('default', 'client', 'session')
   and setting is distinct from boot_val
 order by lower(name);

-- name: lacking_settings(names, values)
-- Which of these settings the session has otherwise. Those that this Postgres doesn't know are null. How much more than for the
-- disk commits wait is the operator's to say.
select ours.name, ours.value
  from unnest(:names::text[], :values::text[]) as ours (name, value)
 where current_setting(ours.name, true) <> ours.value
   and (ours.name <> 'synchronous_commit' or current_setting('synchronous_commit') = 'off');

-- name: set_for_transaction(names, values)!
-- Behind a pooler each transaction may have another session, whose settings are not ours.
select set_config(ours.name, ours.value, true) from unnest(:names::text[], :values::text[]) as ours (name, value);

-- name: allow_writing()!
set transaction read write;
