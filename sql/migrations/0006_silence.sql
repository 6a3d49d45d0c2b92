-- Who fell silent, and for how long nobody could be heard.

alter table task
  -- Since when its holder is known to be silent for too long; a word of progress ends it.
  add column stale_since timestamptz,
  add constraint only_held_work_is_stale check (stale_since is null or status = 'DOING');
create index task_stale on task (room_id) where stale_since is not null;

-- One row: when a server process last ran on this database. What agents could not say while none did is not held against
-- them: silence counts from resumed_at at the earliest.
create table uptime (
  only_one boolean primary key default true constraint uptime_is_one_row check (only_one),
  alive_at timestamptz not null default now(),
  resumed_at timestamptz not null default now()
) with (fillfactor = 10);
insert into uptime default values;
