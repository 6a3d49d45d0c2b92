-- name: add_inbox_items(agent_ids, room_ids, kinds, summaries, sender_ids, task_ids, comment_ids, message_ids, proposal_ids)!
-- In the order given: what an agent is told first comes first. The inboxes are locked before an item gets its number, in the
-- order of the agents' ids; a row that is there is locked, and stays as it is. Who has tokens that only read can't acknowledge,
-- and is told nothing.
with locked as (
  insert into inbox (agent_id)
  select distinct agent_id from unnest(:agent_ids::bigint[]) as given (agent_id) order by agent_id
  on conflict (agent_id) do update set agent_id = excluded.agent_id where false
  returning 1
)
insert into inbox_item (agent_id, room_id, kind, summary, from_id, task_id, comment_id, message_id, proposal_id)
select e.agent_id, e.room_id, e.kind, e.summary, e.sender_id, e.task_id, e.comment_id, e.message_id, e.proposal_id
  from unnest(:agent_ids::bigint[], :room_ids::bigint[], :kinds::text[], :summaries::text[], :sender_ids::bigint[],
              :task_ids::bigint[], :comment_ids::bigint[], :message_ids::bigint[], :proposal_ids::bigint[]) with ordinality
       as e (agent_id, room_id, kind, summary, sender_id, task_id, comment_id, message_id, proposal_id, position)
 where (select count(*) from locked) >= 0
   and
   -- include: acknowledges
 order by e.position;

-- name: withdraw_items(message_id)!
-- In the order of their ids, as all who lock several of them.
with old as (
  select id from inbox_item where message_id = :message_id and acknowledged_at is null order by id for update
)
delete from inbox_item using old where inbox_item.id = old.id;

-- name: unacknowledged_items(agent_id, room_ids, kinds, after, most)
-- Of these rooms, null being all: the agent may have left the others. No page has more than 201, and the planner is to know it.
select *
  from (
    select *
      from inbox_item
     where agent_id = (select :agent_id::bigint) and acknowledged_at is null and id > :after
       and room_id = any(:room_ids::bigint[]) -- given: room_ids
       and kind = any(:kinds::text[]) -- given: kinds
     order by id
     limit 201) page
 order by id
 limit :most::integer;

-- name: all_items(agent_id, room_ids, kinds, after, most)
select *
  from (
    select *
      from inbox_item
     where agent_id = (select :agent_id::bigint) and id > :after
       and room_id = any(:room_ids::bigint[]) -- given: room_ids
       and kind = any(:kinds::text[]) -- given: kinds
     order by id
     limit 201) page
 order by id
 limit :most::integer;

-- name: count_items(agent_id, room_ids, kinds, unacknowledged)$
select count(*)
  from inbox_item
 where agent_id = :agent_id
   and kind = any(:kinds::text[]) -- given: kinds
   and room_id = any(:room_ids::bigint[]) -- given: room_ids
   and acknowledged_at is null -- given: unacknowledged
;

-- name: items_by_ids(item_ids)
select * from inbox_item where id = any(:item_ids::bigint[]);

-- name: newest_items(agent_ids)
-- Where each of these inboxes ends: what its watchers look at.
-- nullable: id
select asked.agent_id, (select max(id) from inbox_item where inbox_item.agent_id = asked.agent_id) as id
  from unnest(:agent_ids::bigint[]) as asked (agent_id);

-- name: acknowledge_items(agent_id, room_ids, item_ids, up_to, from_id)$
-- Of what is asked for, null being everything. Up to an item that isn't in this inbox is nothing: one wrong id must not
-- sweep away what nobody read. Answers how many there were.
with due as (
  select id
    from inbox_item
   where agent_id = :agent_id and acknowledged_at is null
     and room_id = any(:room_ids::bigint[]) -- given: room_ids
     and id = any(:item_ids::bigint[]) -- given: item_ids
     and id <= (select last.id from inbox_item last where last.id = :up_to and last.agent_id = :agent_id) -- given: up_to
     and from_id = :from_id -- given: from_id
   order by id
     for update
), done as (
  update inbox_item set acknowledged_at = clock_timestamp() from due where inbox_item.id = due.id returning 1
)
select count(*) from done;
