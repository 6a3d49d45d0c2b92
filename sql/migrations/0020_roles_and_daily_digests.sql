-- The role in which a task's assignee works, and digests that are posted at a time of day.

alter table task add column role text not null default '';

-- The daily digest is due at the next moment at which clocks in the zone show digest_at. It reaches back to the last daily
-- one, whatever is posted in between.
alter table room
  add column digest_at text constraint digest_at_is_a_time_of_day check (digest_at ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'),
  add column timezone text not null default 'UTC',
  add column daily_digest_due_at timestamptz,
  add column daily_digested_at timestamptz,
  add constraint a_daily_digest_is_due_where_it_has_a_time check ((digest_at is null) = (daily_digest_due_at is null));
