-- name: write_memory(scope, key, value, author_id, keeps_end, ttl_seconds)^
-- One that has expired is as one that isn't there. Whoever comes second waits here for the first.
-- nullable: ttl_seconds
insert into memory (scope, key, value, author_id, updated_at, expires_at)
select :scope, :key, :value, :author_id, instant, instant + make_interval(secs => :ttl_seconds::integer)
  from clock_timestamp() as instant
on conflict (scope, key) do update
   set value = excluded.value,
       author_id = excluded.author_id,
       updated_at = excluded.updated_at,
       version = case when memory.expires_at <= excluded.updated_at then 1 else memory.version + 1 end,
       expires_at = case when :keeps_end and memory.expires_at > excluded.updated_at then memory.expires_at
                         else excluded.expires_at end
returning scope, key, value, version, author_id, updated_at, expires_at;

-- name: memory_is_full(author_id, most)$
-- Whether what the agent wrote last is more than so much; what has ended counts until it is deleted.
select count(*) > :most from (select from memory where author_id = :author_id limit :most + 1) written;

-- name: memory_by_key(scope, key)^
select scope, key, value, version, author_id, updated_at, expires_at
  from memory
 where scope = :scope and key = :key and (expires_at is null or expires_at > now());

-- name: list_memories(scope, prefix, most)
select scope, key, value, version, author_id, updated_at, expires_at
  from memory
 where scope = :scope and starts_with(key, :prefix) and (expires_at is null or expires_at > now())
 order by key
 limit :most::integer;

-- name: search_memories(scope, prefix, search, candidates, most)
-- Only the newest that fit are ranked, so that a word which is everywhere costs no more than any other.
with fitting as materialized (
  select scope, key, value, version, author_id, updated_at, expires_at, words
    from memory
   where scope = :scope and starts_with(key, :prefix) and (expires_at is null or expires_at > now())
     and words @@ search_query(:search::text)
   order by updated_at desc
   limit :candidates::integer
)
select scope, key, value, version, author_id, updated_at, expires_at
  from fitting
 order by ts_rank(words, search_query(:search::text)) desc, key
 limit :most::integer;

-- name: delete_memory(scope, key)^
-- Whether it was still good to anybody.
delete from memory where scope = :scope and key = :key
returning expires_at is null or expires_at > clock_timestamp() as live;

-- name: delete_expired_memories(most)
delete from memory
 where ctid = any(array(
         select ctid from memory where expires_at <= now() limit :most::integer for update skip locked))
returning 1;
