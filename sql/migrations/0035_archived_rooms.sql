-- A room that was archived is out of the lists, and nothing in it is changed until it is brought back: it is paused meanwhile.
alter table room
  add column archived_at timestamptz,
  add constraint an_archived_room_is_paused check (archived_at is null or paused);

-- Each request is told which these are.
create index room_archived on room (id) where archived_at is not null;
