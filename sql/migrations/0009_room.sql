-- What is said to whom, what it names, and what it takes the place of.

alter table message
  add column to_ids bigint[] not null default '{}',
  add column reply_to_id bigint references message,
  add column supersedes_id bigint references message constraint a_message_is_superseded_once unique,
  add column mentions bigint[] not null default '{}',
  add column unknown_mentions text[] not null default '{}',
  add column refs text[] not null default '{}',
  add constraint a_message_goes_to_a_channel_or_to_agents check ((channel_id is null) = (cardinality(to_ids) > 0));
drop index message_channel;

alter table comment add column mentions bigint[] not null default '{}';

-- Messages are read in the order of the log, which is that of their commits; their own ids are not.
create index event_message on event (room_id, seq) where kind = 'MESSAGE_SENT';
create index event_message_of_channel on event (room_id, (data ->> 'channel'), seq) where kind = 'MESSAGE_SENT';
create index event_message_of_thread on event (room_id, (data ->> 'replyTo'), seq)
  where kind = 'MESSAGE_SENT' and data ->> 'replyTo' is not null;

-- Without a sender it is the server's.
alter table inbox_item
  add column message_id bigint references message,
  add column from_id bigint references agent;
-- Whoever writes into an inbox holds its row here, so that the items of an agent become visible in the order of their ids:
-- who has seen one has seen, or could have, all before it. The agent's own row is locked for other reasons, and longer.
create table inbox (
  agent_id bigint primary key references agent
);
create index inbox_message on inbox_item (message_id) where message_id is not null and acknowledged_at is null;

-- What an agent says that it does right now. It fades, and isn't worth a write to disk.
create unlogged table activity (
  agent_id bigint primary key references agent,
  kind text not null
    constraint activity_kind_is_known check (kind in ('THINKING', 'TYPING', 'WORKING', 'REVIEWING', 'WAITING')),
  note text,
  task_id bigint references task,
  since timestamptz not null,
  expires_at timestamptz not null
) with (fillfactor = 50);
