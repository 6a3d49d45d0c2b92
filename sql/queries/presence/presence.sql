-- name: presence_thresholds(agent_ids, room_ids)
-- For each pair the room named, or where none is, all rooms of the agent; nulls where it is in none.
-- nullable: room_id
select asked.agent_id, asked.room_id, room.idle_after_seconds, room.offline_after_seconds, now() as now
  from unnest(:agent_ids::bigint[], :room_ids::bigint[]) as asked (agent_id, room_id)
  left join room_member on asked.room_id is null and room_member.agent_id = asked.agent_id
  left join room on room.id = coalesce(asked.room_id, room_member.room_id);

-- name: touch_agent(agent_id, token_id)$
-- Answers whether some room takes the agent for away. Every request begins with this, so its commit waits for no standby.
-- nullable: token_id
with heard as (
  select :agent_id::bigint as agent_id, :token_id::bigint as token_id
),
-- include: sign_of_life
select exists (select from room_member where agent_id = :agent_id and presence <> 'ONLINE')
  from set_config('synchronous_commit', 'local', true);

-- name: come_online(agent_id)
with was as (
  select room_id, agent_id, presence
    from room_member
   where agent_id = :agent_id and presence <> 'ONLINE'
   order by room_id
     for no key update
)
update room_member
   set presence = 'ONLINE'
  from was
 where room_member.room_id = was.room_id and room_member.agent_id = was.agent_id
returning room_member.room_id, room_member.agent_id, room_member.presence, was.presence as previous;

-- name: keep_agents_alive(agent_ids)
-- Once in a third of the time after which the first of its rooms would take an agent for idle. Rows that somebody holds are
-- being touched already. Answers the agents that some room takes for away.
with due as (
  select id
    from agent
   where id = any(:agent_ids::bigint[])
     and (last_seen_at is null or last_seen_at < now() - make_interval(secs => (
           select coalesce(min(room.idle_after_seconds), 300) / 3.0
             from room_member join room on room.id = room_member.room_id
            where room_member.agent_id = agent.id)))
   order by id
     for no key update skip locked
), touched as (
  update agent set last_seen_at = now() from due where agent.id = due.id
)
select distinct agent_id from room_member where agent_id = any(:agent_ids::bigint[]) and presence <> 'ONLINE' order by agent_id;

-- name: keep_sessions_alive(agent_ids, labels, most)!
-- As for agents; a name that is new starts a session, up to so many of one agent.
with named as (
  select agent_id, label from unnest(:agent_ids::bigint[], :labels::text[]) as given (agent_id, label)
), due as (
  select session.id
    from named join session using (agent_id, label)
   where session.last_seen_at < now() - make_interval(secs => (
           select coalesce(min(room.idle_after_seconds), 300) / 3.0
             from room_member join room on room.id = room_member.room_id
            where room_member.agent_id = session.agent_id))
   order by session.id
     for no key update of session skip locked
), touched as (
  update session set last_seen_at = now() from due where session.id = due.id
)
insert into session (agent_id, label)
select agent_id, label
  from (
         select agent_id, label, row_number() over (partition by agent_id order by label) as place
           from named
          where not exists (select from session where session.agent_id = named.agent_id and session.label = named.label)
       ) new
 where place + (select count(*) from session where session.agent_id = new.agent_id) <= :most
 order by agent_id, label
on conflict do nothing;

-- name: rooms_behind_the_clock()
-- Those whose log takes somebody for more present than the clock says.
select distinct room_member.room_id
  from room_member
  join agent on agent.id = room_member.agent_id
  join room on room.id = room_member.room_id
 where room_member.presence <> 'OFFLINE'
   and room_member.presence <> case
         when agent.last_seen_at is null or agent.last_seen_at <= now() - make_interval(secs => room.offline_after_seconds) then 'OFFLINE'
         when agent.last_seen_at <= now() - make_interval(secs => room.idle_after_seconds) then 'IDLE'
         else 'ONLINE'
       end
 order by room_member.room_id;

-- name: settle_presence(room_id, most, everyone)
-- Rows that another sweeper or a sign of life holds are left to it.
-- nullable: most
with due as (
  select room_member.room_id, room_member.agent_id, room_member.presence as previous, here.presence
    from room_member
    join agent on agent.id = room_member.agent_id
    join room on room.id = room_member.room_id
    cross join lateral (
      select case
        when agent.last_seen_at is null or agent.last_seen_at <= now() - make_interval(secs => room.offline_after_seconds) then 'OFFLINE'
        when agent.last_seen_at <= now() - make_interval(secs => room.idle_after_seconds) then 'IDLE'
        else 'ONLINE'
      end as presence
    ) as here
   where room_member.room_id = :room_id
     and (:everyone or room_member.presence <> 'OFFLINE')
     and room_member.presence <> here.presence
   order by room_member.agent_id
   limit :most
     for no key update of room_member skip locked
)
update room_member
   set presence = due.presence
  from due
 where room_member.room_id = due.room_id and room_member.agent_id = due.agent_id
returning room_member.room_id, room_member.agent_id, room_member.presence, due.previous;

-- name: sessions_by_ids(session_ids)
select * from session where id = any(:session_ids::bigint[]);

-- name: sessions_of_agents(agent_ids)
-- Those heard of last come first.
select * from session where agent_id = any(:agent_ids::bigint[]) order by last_seen_at desc, id desc;

-- name: session_by_label(agent_id, label)$
select id from session where agent_id = :agent_id and label = :label;

-- name: open_session(agent_id, label, most)$
-- The session of this name, begun where it is new; two at once wait for each other here. Null where it would be one too
-- many.
insert into session (agent_id, label)
select :agent_id, :label
 where exists (select from session where agent_id = :agent_id and label = :label)
    or (select count(*) from session where agent_id = :agent_id) < :most
on conflict (agent_id, label) do update set last_seen_at = now()
returning id;

-- name: delete_oldest_session(agent_id)!
-- Of those that have ended: nothing is held in it, and it was not heard of for an hour.
delete from session
 where id = (
         select id
           from session
          where agent_id = :agent_id and last_seen_at < now() - interval '1 hour'
            and not exists (select from task where task.session_id = session.id)
          order by last_seen_at, id
          limit 1
            for update skip locked);

-- name: delete_ended_sessions(most)
-- Those that nothing is held in, and that were not heard of for a week.
delete from session
 where id = any(array(
         select id
           from session
          where last_seen_at < now() - interval '7 days' and not exists (select from task where task.session_id = session.id)
          limit :most
            for update skip locked))
returning id;

-- name: beat(beats, most)
-- What heartbeats write, at most one of each agent, in one statement: all leases, in no indexed column, the sessions, begun where
-- they are new, and the signs of life. No row for a session that would be one too many. The expired leases are locked too, and not
-- renewed: so a take-back that is under way is over, and in the log, before the moment of the beat, up to which losses are told.
-- Of the rooms that are open to the caller, null being all: a lease in another is nothing that it could still renew. Rows of each
-- table are locked in the order of their ids, as beats of the same agents may come to another server.
with beat as (
  select *
    from rows from (jsonb_to_recordset(:beats::jsonb) as (
         agent_id bigint, token_id bigint, room_ids bigint[], label text, quiet_seconds integer)) with ordinality
), held as (
  select task.id, beat.agent_id, beat.quiet_seconds
    from beat join task on task.assignee_id = beat.agent_id and task.status = 'DOING'
   where beat.room_ids is null or task.room_id = any(beat.room_ids)
   order by task.id
     for no key update of task
), was as (
  select session.id, session.agent_id, coalesce(session.last_beat_at, session.started_at) as news_since
    from (select count(*) from held) as locked
   cross join beat
    join session on session.agent_id = beat.agent_id and session.label = beat.label
   order by session.id
     for no key update of session
), known as (
  update session
     set last_seen_at = clock_timestamp(), last_beat_at = clock_timestamp()
    from was
   where session.id = was.id
  returning session.*
), begun as (
  insert into session (agent_id, label, last_beat_at)
  select beat.agent_id, beat.label, clock_timestamp()
    from beat
   where not exists (select from was where was.agent_id = beat.agent_id)
     and (select count(*) from session where session.agent_id = beat.agent_id) < :most
   order by beat.agent_id
  on conflict (agent_id, label) do update set last_seen_at = now(), last_beat_at = excluded.last_beat_at
  returning *
), beaten as (
  select * from known union all select * from begun
), renewed as (
  update task
     set lease_expires_at = greatest(
           lease_expires_at, clock_timestamp() + make_interval(secs => greatest(lease_seconds, held.quiet_seconds))),
         quiet_until = greatest(quiet_until, clock_timestamp() + make_interval(secs => held.quiet_seconds)),
         stale_since = case when held.quiet_seconds is null then stale_since end
    from held
   where task.id = held.id and task.lease_expires_at > clock_timestamp()
     and exists (select from beaten where beaten.agent_id = held.agent_id)
  returning task.id, held.agent_id
), heard as (
  select agent_id, token_id from beat
),
-- include: sign_of_life
select beat.ordinality as position, beaten.*, coalesce(was.news_since, beaten.started_at) as news_since,
       array(select id from renewed where renewed.agent_id = beat.agent_id) as renewed,
       exists (select from room_member where room_member.agent_id = beat.agent_id and presence <> 'ONLINE') as away
  from beat join beaten on beaten.agent_id = beat.agent_id left join was on was.id = beaten.id;

-- name: news_since_beats(beats)
-- What heartbeats answer: counts, and the tasks that are news, in the order of their ids. Lost is what the agent held until
-- another's act or the clock took it, but for what it holds again; none where a task would stand in the row says that there is no
-- such news.
-- nullable: news, idle_after
with beat as (
  select *
    from rows from (jsonb_to_recordset(:beats::jsonb) as (
         agent_id bigint, room_ids bigint[], renewed bigint[], since timestamptz, until timestamptz)) with ordinality
)
select beat.ordinality as position, facts.unacknowledged, facts.idle_after, told.*
  from beat
 cross join lateral (
         select (select count(*)
                   from inbox_item
                  where inbox_item.agent_id = beat.agent_id and acknowledged_at is null
                    and (beat.room_ids is null or inbox_item.room_id = any(beat.room_ids))) as unacknowledged,
                (select min(room.idle_after_seconds)
                   from room_member join room on room.id = room_member.room_id
                  where room_member.agent_id = beat.agent_id) as idle_after
       ) facts
  left join lateral (
         select 'LEASE' as news, task.*
           from task
          where task.id = any(beat.renewed) and status = 'DOING' and assignee_id = beat.agent_id
         union all
         select 'STALE', task.*
           from task
          where assignee_id = beat.agent_id and status = 'DOING' and stale_since is not null
         union all
         select 'LOST', task.*
           from task
          where task.id = any(array(
                  select event.task_id
                    from event
                   where event.agent_id = beat.agent_id and event.at > beat.since and event.at <= beat.until
                     and event.actor_id is distinct from beat.agent_id
                     and event.kind in ('TASK_RECLAIMED', 'TASK_ASSIGNED', 'TASK_CANCELLED', 'TASK_RELEASED')))
            and not (status = 'DOING' and assignee_id = beat.agent_id)
       ) told on true
 order by beat.ordinality, told.id;
