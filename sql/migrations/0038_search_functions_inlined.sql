-- What a search document is made of, written so that Postgres makes it a part of the statement: a call of these functions
-- took ten times as long as their work. A function that is strict stays a call, and so does one that hides a cast to text.

-- Texts of ASCII alone, which most are, have nothing to fold and no pairs of letters.
create function search_words_of_any_script(content text) returns tsvector
language sql immutable parallel safe strict
return (
  select to_tsvector('english', search_spaced(folded))
         || (regexp_replace(runs, '([^ ]{1,2})', '\1:1 ', 'g')
             || regexp_replace(regexp_replace(runs, '(^| )[^ ]', ' ', 'g'), '([^ ]{1,2})', '\1:1 ', 'g'))::tsvector
    from (select folded, left(search_runs(folded), 50000) as runs
            from (select search_folded(content) as folded) f) r);

create or replace function search_words(content text) returns tsvector
language sql immutable parallel safe
return case when content ~ '[^\x01-\x7f]' then search_words_of_any_script(content)
            else to_tsvector('english', regexp_replace(content, '[^[:alnum:]]+', ' ', 'g')) end;

create or replace function search_scope(letter text, room_id bigint, bits integer, block bigint) returns text
language sql immutable parallel safe
return '#' || letter || room_id::text || coalesce('/' || bits::text || '/' || block::text, '');
