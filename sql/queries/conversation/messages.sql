-- name: open_channels(room_id, names, topics)!
insert into channel (room_id, name, topic)
select :room_id, c.name, c.topic
  from unnest(:names::text[], :topics::text[]) with ordinality as c (name, topic, position)
 order by c.position;

-- name: count_channels(room_id)$
select count(*) from channel where room_id = :room_id;

-- name: insert_channel(room_id, name, topic)^
-- Nothing comes back where the name is taken.
insert into channel (room_id, name, topic) values (:room_id, :name, :topic)
on conflict on constraint a_channel_name_is_unique_in_its_room do nothing
returning *;

-- name: channel_by_name(room_id, name)^
select * from channel where room_id = :room_id and name = :name;

-- name: channels_of_rooms(room_ids)
-- In the order in which they were made.
select * from channel where room_id = any(:room_ids::bigint[]) order by id;

-- name: channels_by_ids(channel_ids)
select * from channel where id = any(:channel_ids::bigint[]);

-- name: insert_message(room_id, author_id, channel_id, to_ids, body, reply_to_id, supersedes_id, mentions, unknown_mentions, refs)^
insert into message (room_id, author_id, channel_id, to_ids, body, reply_to_id, supersedes_id, mentions, unknown_mentions,
                     refs, created_at)
values (:room_id, :author_id, :channel_id, :to_ids::bigint[], :body, :reply_to_id, :supersedes_id, :mentions::bigint[],
        :unknown_mentions::text[], :refs::text[], clock_timestamp())
returning *;

-- name: send_messages(room_id, messages, items)
-- Messages of one room, with their inbox items, in the order given; the log's row is locked last, and only until the commit. The
-- items' positions say to which message each belongs. What the log says of a message is given but for its id.
-- Both are records in JSON: of arrays the planner knows how long they are, and would make a plan for each call.
with given as (
  select *
    from rows from (jsonb_to_recordset(:messages::jsonb) as (
         author_id bigint, channel_id bigint, to_ids bigint[], body text, reply_to_id bigint, mentions bigint[],
         unknown_mentions text[], refs text[], data jsonb)) with ordinality
), sent as (
  insert into message (room_id, author_id, channel_id, to_ids, body, reply_to_id, mentions, unknown_mentions, refs, created_at)
  select :room_id, author_id, channel_id, to_ids, body, reply_to_id, mentions, unknown_mentions, refs, clock_timestamp()
    from given
   order by ordinality
  returning *
), numbered as (
  select *, row_number() over (order by id) as position from sent
), item as (
  select *
    from rows from (jsonb_to_recordset(:items::jsonb) as (
         position bigint, agent_id bigint, kind text, summary text)) with ordinality
), locked as (
  insert into inbox (agent_id)
  select distinct agent_id from item order by agent_id
  on conflict (agent_id) do update set agent_id = excluded.agent_id where false
  returning 1
), told as (
  insert into inbox_item (agent_id, room_id, kind, summary, from_id, message_id)
  select e.agent_id, :room_id, e.kind, e.summary, numbered.author_id, numbered.id
    from item e join numbered on numbered.position = e.position
   where (select count(*) from locked) >= 0
     and
     -- include: acknowledges
   order by e.ordinality
  returning 1
), counted as (
  update room_log
     set seq = seq + (select count(*) from numbered)
   where room_id = :room_id and (select count(*) from told) >= 0
  returning seq
), logged as (
  insert into event (room_id, seq, kind, actor_id, message_id, data)
  select :room_id, counted.seq - (select count(*) from numbered) + numbered.position, 'MESSAGE_SENT', numbered.author_id,
         numbered.id, jsonb_build_object('message', 'M' || numbered.id) || given.data
    from counted cross join numbered join given on given.ordinality = numbered.position
   order by numbered.position
)
select numbered.*, (select seq from counted) as log_end
  from numbered
 order by position;

-- name: messages_by_ids(message_ids)
select * from message where id = any(:message_ids::bigint[]);

-- name: lock_message(message_id)^
-- Two that would take its place come one after the other.
select * from message where id = :message_id for no key update;

-- name: messages_superseding(message_ids)
-- not null: supersedes_id
select * from message where supersedes_id = any(:message_ids::bigint[]);

-- name: members_by_names(room_id, names)
select agent.id, agent.name
  from agent join room_member on room_member.agent_id = agent.id
 where room_member.room_id = :room_id and agent.name = any(:names::text[]);

-- name: members_called(room_id, agent_ids, names)
select agent.*
  from agent join room_member on room_member.agent_id = agent.id
 where room_member.room_id = :room_id and (agent.id = any(:agent_ids::bigint[]) or agent.name = any(:names::text[]));

-- name: readers_among(room_id, agent_ids)
-- Members of the room, and ADMINs, who see every room.
select agent.*
  from agent
 where agent.id = any(:agent_ids::bigint[])
   and (exists (select from room_member where room_member.room_id = :room_id and room_member.agent_id = agent.id)
        or exists (select from token
                    where token.agent_id = agent.id and token.role = 'ADMIN' and token.revoked_at is null
                      and (token.expires_at is null or token.expires_at > now())));

-- name: things_named(room_id, agent_id, objective_ids, key_result_ids, task_ids, message_ids, proposal_ids)
-- Those of these that are in the room, and that the agent may see.
-- nullable: agent_id
select 'O' as letter, id from objective where id = any(:objective_ids::bigint[]) and room_id = (select :room_id::bigint)
union all
select 'K', key_result.id
  from key_result join objective on objective.id = key_result.objective_id
 where key_result.id = any(:key_result_ids::bigint[]) and objective.room_id = (select :room_id::bigint)
union all
select 'T', id from task where id = any(:task_ids::bigint[]) and room_id = (select :room_id::bigint)
union all
select 'D', id from proposal where id = any(:proposal_ids::bigint[]) and room_id = (select :room_id::bigint)
union all
select 'M', id
  from message
 where id = any(:message_ids::bigint[]) and room_id = (select :room_id::bigint)
   and
   -- include: visible_message
   ;

-- name: messages_forward(room_ids, channels, threads, afters, befores, agent_id, most)
-- A page for each room, channel or thread asked for, in the order of the log; direct ones only where the agent is in them.
-- Each kind of list has its own index, and of its own branch alone the condition holds.
select asked.position, message.*, place.seq,
       -- include: log_epoch
       # coalesce(
           (select log_branch.epoch
              from log_branch
             where log_branch.room_id = message.room_id and log_branch.seq >= place.seq
             order by log_branch.seq
             limit 1),
           (select room_log.epoch from room_log where room_log.room_id = message.room_id)) as epoch
  from unnest(:room_ids::bigint[], :channels::text[], :threads::text[], :afters::bigint[], :befores::bigint[])
       with ordinality as asked (room_id, channel, thread, after, before, position)
 cross join lateral (
   (select e.seq, e.message_id
      -- include: messages_in_channel
     order by e.seq
     limit :most::integer)
   union all
   (select e.seq, e.message_id
      -- include: messages_in_thread
     order by e.seq
     limit :most::integer)
   union all
   (select e.seq, e.message_id
      -- include: messages_in_room
     order by e.seq
     limit :most::integer)) place
  join message on message.id = place.message_id
 order by asked.position, place.seq;

-- name: messages_backward(room_ids, channels, threads, afters, befores, agent_id, most)
-- As messages_forward, the newest of each, newest first.
select asked.position, message.*, place.seq,
       -- include: log_epoch
       # coalesce(
           (select log_branch.epoch
              from log_branch
             where log_branch.room_id = message.room_id and log_branch.seq >= place.seq
             order by log_branch.seq
             limit 1),
           (select room_log.epoch from room_log where room_log.room_id = message.room_id)) as epoch
  from unnest(:room_ids::bigint[], :channels::text[], :threads::text[], :afters::bigint[], :befores::bigint[])
       with ordinality as asked (room_id, channel, thread, after, before, position)
 cross join lateral (
   (select e.seq, e.message_id
      -- include: messages_in_channel
     order by e.seq desc
     limit :most::integer)
   union all
   (select e.seq, e.message_id
      -- include: messages_in_thread
     order by e.seq desc
     limit :most::integer)
   union all
   (select e.seq, e.message_id
      -- include: messages_in_room
     order by e.seq desc
     limit :most::integer)) place
  join message on message.id = place.message_id
 order by asked.position, place.seq desc;

-- name: count_messages(room_ids, channels, threads, agent_id)
select asked.position,
       case
         when asked.channel is not null then (
           select count(*)
             from event e
            where e.room_id = asked.room_id and e.kind = 'MESSAGE_SENT' and e.data ->> 'channel' = asked.channel)
         when asked.thread is not null then (
           select count(*)
             from event e join message m on m.id = e.message_id
            where e.room_id = asked.room_id and e.kind = 'MESSAGE_SENT' and e.data ->> 'replyTo' = asked.thread
              and
              -- include: visible_message
              )
         else (
           select count(*)
             from event e join message m on m.id = e.message_id
            where e.room_id = asked.room_id and e.kind = 'MESSAGE_SENT'
              and
              -- include: visible_message
              )
       end as messages
  from unnest(:room_ids::bigint[], :channels::text[], :threads::text[])
       with ordinality as asked (room_id, channel, thread, position);
