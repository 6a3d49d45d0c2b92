-- name: note_alive(outage_seconds)$
-- Whether this is no outage's end, in one statement that finds the row a moment old at nearly every time.
update uptime
   set alive_at = clock_timestamp()
 where alive_at > clock_timestamp() - make_interval(secs => :outage_seconds)
returning true;

-- name: lock_uptime()^
-- Of processes that find an outage at once the second waits here, and then sees that it is over. No row is no outage.
insert into uptime default values
on conflict (only_one) do update set alive_at = uptime.alive_at
returning alive_at, extract(epoch from clock_timestamp() - alive_at)::double precision as silent_seconds;

-- name: end_outage(died_at)!
-- What was running when the last server was heard of runs on as if no time had passed; locked in the order of acts.
with resumed as (
  update uptime set alive_at = clock_timestamp(), resumed_at = clock_timestamp() returning alive_at
), held as (
  select id
    from task
   where status = 'DOING' and lease_expires_at > :died_at
   order by id
     for no key update
)
update task
   set lease_expires_at = lease_expires_at + (resumed.alive_at - :died_at),
       quiet_until = quiet_until + (resumed.alive_at - :died_at)
  from held, resumed
 where task.id = held.id;
