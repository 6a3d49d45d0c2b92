-- As websearch_to_tsquery: "a phrase", or, -without. What has parts is a phrase of them. Besides, word* stands for all that
-- begin so, for a search while somebody types; fewer than three letters would begin nearly all, and are a word. Null where
-- no index could find anything: for words that are everywhere, and where it only says which must not be there.
create or replace function search_query(search text) returns tsquery
language sql immutable parallel safe strict
return (
  with token as (
    select position, found[1] = '-' as without, found[2] as phrase, found[3] as word
      from regexp_matches(search_folded(search), '(-?)(?:"([^"]*)"?|([^\s"]+))', 'g') with ordinality as m (found, position)
  ), term as (
    select position, without,
           coalesce(phrase, word) as content, phrase,
           phrase is null and not without and lower(word) = 'or' as separates,
           count(*) filter (where phrase is null and not without and lower(word) = 'or') over (order by position) as branch
      from token
  ), wanted as (
    select position, without, branch,
           case when phrase is null and search_spaced(content) ~ '[[:alnum:]]{3,} $' and content ~ '[*]$'
                then to_tsquery('english', replace(trim(search_spaced(content)), ' ', ' <-> ') || ':*')
                else phraseto_tsquery('english', search_spaced(content)) end::text as words,
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
