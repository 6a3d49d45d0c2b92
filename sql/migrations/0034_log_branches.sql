-- A standby that is promoted goes on from where it had got to, and numbers of events that were lost are used again. So the log of a
-- room begins an epoch with its first event on a new timeline of Postgres; cursors of the one before hold up to where it began.

-- The timeline of the write-ahead log, which is another after each promotion; none while the server only follows another.
create function wal_timeline() returns text language sql
  return case when not pg_is_in_recovery() then left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) end;

-- The epoch counts within that of `log_epoch`, which a restore begins for all logs.
alter table room_log
  add column epoch integer not null default 0 constraint an_epoch_is_not_negative check (epoch >= 0),
  add column timeline text;
update room_log set timeline = wal_timeline();
alter table room_log alter column timeline set not null;

-- Epochs of a log that have ended, and the number up to which their cursors are good in the log as it is.
create table log_branch (
  room_id bigint not null references room,
  epoch integer not null,
  seq bigint not null,
  primary key (room_id, epoch)
);

create function begin_log() returns trigger language plpgsql as $$
begin
  new.timeline := wal_timeline();
  -- A room of this number may have been there on another timeline.
  new.epoch := case when new.timeline = '00000001' then 0 else 1 + floor(random() * 99999999)::integer end;
  return new;
end $$;

create function branch_log() returns trigger language plpgsql as $$
begin
  insert into log_branch (room_id, epoch, seq) values (old.room_id, old.epoch, old.seq);
  new.timeline := wal_timeline();
  new.epoch := 1 + floor(random() * 99999999)::integer;
  return new;
end $$;

create trigger a_log_begins_on_a_timeline before insert on room_log for each row execute function begin_log();

create trigger a_log_branches_off_with_its_timeline before update of seq on room_log
  for each row when (new.timeline <> wal_timeline()) execute function branch_log();
