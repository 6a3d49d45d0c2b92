-- What agents leave for one another and for their later selves, and what searches read.

-- json keeps a value as it was sent, the order of its names and the form of its numbers with it; jsonb would not.
create table memory (
  -- The id of a room, an objective, a task or an agent. None of them is ever deleted.
  scope text not null constraint a_scope_is_an_id check (scope ~ '^[ROTA](0|[1-9][0-9]*)$'),
  -- Compared by code points, so that the keys of one prefix are a range of the index.
  key text collate "C" not null,
  value json not null,
  version integer not null default 1 constraint versions_count_from_one check (version >= 1),
  author_id bigint not null references agent,
  updated_at timestamptz not null,
  expires_at timestamptz,
  -- The key as it is, and in the words that it is made of.
  words tsvector not null generated always as (
    setweight(to_tsvector('english', key || ' ' || regexp_replace(key, '[^[:alnum:]]+', ' ', 'g')), 'A')
    || json_to_tsvector('english', value, '["all"]')
  ) stored,
  primary key (scope, key)
);
create index memory_expiry on memory (expires_at) where expires_at is not null;
create index memory_by_text on memory using gin (words);

-- Tasks and comments have theirs. A statement must spell the expression just so, or it reads every row.
create index objective_by_text on objective using gin (to_tsvector('english', title || ' ' || description));
create index message_by_text on message using gin (to_tsvector('english', body));
