-- A browser session: what the cookie of a signed-in browser lets it in with. A token like the others, but that it ends with the
-- one that its person signed in with, and that each use puts its expires_at off, up to the end of that one. What a token makes
-- ends at latest_end: not when a session would that is left unused. And the tickets of login links, each for the token in whose
-- name it signs somebody in, once.

alter table token
  add column signed_in_with_id bigint references token on delete cascade deferrable,
  add column signed_in_until timestamptz,
  add column latest_end timestamptz
    generated always as (case when signed_in_with_id is null then expires_at else signed_in_until end) stored,
  add constraint a_browser_session_expires check (signed_in_with_id is null or expires_at is not null);

-- When a session ends that is used now, and then no more.
create function end_if_unused(signed_in_until timestamptz) returns timestamptz language sql stable
  return least(now() + interval '30 days', signed_in_until);

create index token_browser_sessions on token (signed_in_with_id) where signed_in_with_id is not null;

create table login_ticket (
  hash bytea primary key,
  token_id bigint not null references token on delete cascade deferrable,
  expires_at timestamptz not null
);
create index login_ticket_token on login_ticket (token_id);
