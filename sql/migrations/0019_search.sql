-- What searches read: the words of each text, without accents, in parts where it is an address or a path, and in pairs of
-- letters where a script puts no spaces between words.

create function search_folded(content text) returns text
language sql immutable parallel safe strict
return case when content ~ '[^\x01-\x7f]'
            then normalize(regexp_replace(normalize(content, nfkd), '[\u0300-\u036f]+', '', 'g'), nfc)
            else content end;

-- The letters of scripts without spaces, a run of them a word.
create function search_runs(folded text) returns text
language sql immutable parallel safe strict
return case when folded ~ '[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3031-\u3035\u3040-\u30fa\u30fc-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]'
            then trim(regexp_replace(folded, '[^\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3031-\u3035\u3040-\u30fa\u30fc-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]+', ' ', 'g'))
            else '' end;

-- All others as words that to_tsvector doesn't take for addresses.
create function search_spaced(folded text) returns text
language sql immutable parallel safe strict
return regexp_replace(folded, '([^[:alnum:]]|[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3031-\u3035\u3040-\u30fa\u30fc-\u318f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff])+', ' ', 'g');

-- Every pair of neighbours, and the last letter of a run. A tsvector holds a megabyte: of a text that is longer than any
-- should be, pairs are taken from the beginning, or it could not be written.
create function search_words(content text) returns tsvector
language sql immutable parallel safe strict
return (
  select to_tsvector('english', search_spaced(folded))
         || (regexp_replace(runs, '([^ ]{1,2})', '\1:1 ', 'g')
             || regexp_replace(regexp_replace(runs, '(^| )[^ ]', ' ', 'g'), '([^ ]{1,2})', '\1:1 ', 'g'))::tsvector
    from (select folded, left(search_runs(folded), 50000) as runs
            from (select search_folded(content) as folded) f) r);

-- As websearch_to_tsquery: "a phrase", or, -without. What has parts is a phrase of them. Null where no index could find
-- anything: for words that are everywhere, and where it only says which must not be there.
create function search_query(search text) returns tsquery
language sql immutable parallel safe strict
return (
  with token as (
    select position, found[1] = '-' as without, found[2] as phrase, found[3] as word
      from regexp_matches(search_folded(search), '(-?)(?:"([^"]*)"?|([^\s"]+))', 'g') with ordinality as m (found, position)
  ), term as (
    select position, without,
           coalesce(phrase, word) as content,
           phrase is null and not without and lower(word) = 'or' as separates,
           count(*) filter (where phrase is null and not without and lower(word) = 'or') over (order by position) as branch
      from token
  ), wanted as (
    select position, without, branch,
           phraseto_tsquery('english', search_spaced(content))::text as words,
           (select string_agg(format(case length(part[1]) when 1 then '%L:*' else '%L' end, part[1]), ' & ')
              from (select search_runs(content) as runs) r
             cross join lateral (
               select regexp_matches(runs, '(?:(?<=^| )[^ ](?= |$)|[^ ][^ ])', 'g') as part
               union
               select regexp_matches(regexp_replace(runs, '(^| )[^ ]', ' ', 'g'), '[^ ][^ ]', 'g')) p) as pairs
      from term
     where not separates
  ), branch as (
    select branch,
           string_agg(
             case when without then '!' else '' end || '(' || concat_ws(' & ', nullif(words, ''), pairs) || ')',
             ' & ' order by position) as written
      from wanted
     where words <> '' or pairs is not null
     group by branch
  ), whole as (
    select string_agg(written, ' | ' order by branch)::tsquery as query from branch
  )
  select query from whole where querytree(query) not in ('', 'T'));

-- Names, texts and numbers of a value, without jsonb, which takes fewer numbers than json.
create function search_json(value json) returns text
language sql immutable parallel safe strict
return (
  with recursive part (name, content) as (
    select null::text, value
    union all
    select inner_part.name, inner_part.content
      from part
     cross join lateral (
       select key, e.value from json_each(case json_typeof(part.content) when 'object' then part.content else '{}' end) e
       union all
       select null, e.value
         from json_array_elements(case json_typeof(part.content) when 'array' then part.content else '[]' end) e
     ) as inner_part (name, content)
  )
  select string_agg(concat_ws(' ', name, case when json_typeof(content) not in ('object', 'array') then content #>> '{}' end), ' ')
    from part);

-- An index of texts that Postgres can't make by itself, of all nouns that the one search is for. Its rows are kept by
-- triggers, so that no statement can forget it.
create sequence search_position;
create table search_document (
  letter text not null constraint a_search_document_is_of_a_noun check (letter in ('T', 'O', 'C', 'M')),
  id bigint not null,
  room_id bigint not null,
  -- Its place in the order in which all were written.
  position bigint not null,
  words tsvector not null,
  primary key (letter, id)
);
-- Every search reads the whole list of what isn't in the index yet: it is kept short.
create index search_document_by_words on search_document using gin (words) with (gin_pending_list_limit = 256);

-- The word of all of one kind in a room, or of those of them that are in one block of 2^bits neighbours. No other has a #.
create function search_scope(letter text, room_id bigint, bits integer, block bigint) returns text
language sql immutable parallel safe
return '#' || letter || room_id || coalesce('/' || bits || '/' || block, '');

-- All such words of one row.
create function search_scopes(letter text, room_id bigint, place bigint) returns tsvector
language sql immutable parallel safe
return array_to_tsvector(array[
  search_scope(letter, room_id, null, null),
  search_scope(letter, room_id, 10, place >> 10),
  search_scope(letter, room_id, 16, place >> 16)]);

create function write_search_document() returns trigger
language plpgsql as $$
declare
  noun constant text := tg_argv[0];
  content tsvector;
  place constant bigint := coalesce(
    (select position from search_document where letter = noun and id = new.id), nextval('search_position'));
begin
  case noun
    when 'T' then content := setweight(search_words(new.title), 'A') || search_words(new.description || ' ' || new.notes);
    when 'O' then content := setweight(search_words(new.title), 'A') || search_words(new.description);
    else content := search_words(new.body);
  end case;
  insert into search_document (letter, id, room_id, position, words)
  values (noun, new.id, new.room_id, place, content || search_scopes(noun, new.room_id, place))
  on conflict (letter, id) do update set words = excluded.words;
  return null;
end
$$;

create trigger write_search_document after insert or update of title, description, notes on task
  for each row execute function write_search_document('T');
create trigger write_search_document after insert or update of title, description on objective
  for each row execute function write_search_document('O');
create trigger write_search_document after insert or update of body on comment
  for each row execute function write_search_document('C');
create trigger write_search_document after insert or update of body on message
  for each row execute function write_search_document('M');

-- What is there already, oldest first. This is what takes its time.
with written as (
  select letter, id, room_id, words, nextval('search_position') as position
    from (
      select *
        from (
          select 'T' as letter, id, room_id, created_at,
                 setweight(search_words(title), 'A') || search_words(description || ' ' || notes) as words
            from task
          union all
          select 'O', id, room_id, created_at, setweight(search_words(title), 'A') || search_words(description)
            from objective
          union all
          select 'C', id, room_id, created_at, search_words(body) from comment
          union all
          select 'M', id, room_id, created_at, search_words(body) from message
        ) as every
       order by created_at, letter, id
    ) as ordered
)
insert into search_document (letter, id, room_id, position, words)
select letter, id, room_id, position,
       words || search_scopes(letter, room_id, position)
  from written;

drop index task_by_text, objective_by_text, comment_by_text, message_by_text;

alter table memory drop column words;
alter table memory add column words tsvector not null
  generated always as (setweight(search_words(key), 'A') || search_words(search_json(value))) stored;
create index memory_by_text on memory using gin (words);
