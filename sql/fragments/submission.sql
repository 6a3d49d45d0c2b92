-- What the holder says of its work: the result as a comment, artifacts, and evidence for the criteria that it met.
said as (
  insert into comment (room_id, task_id, author_id, kind, body, mentions, created_at)
  select room_id, id, :author_id, 'SUBMISSION', :result, :mentions::bigint[], clock_timestamp() from task where id = :task_id
  returning id as comment_id
), put_out as (
  insert into artifact (task_id, kind, url, title)
  select :task_id, e.kind, e.url, e.title
    from unnest(:kinds::text[], :urls::text[], :titles::text[]) as e (kind, url, title)
), met as (
  update criterion
     set met = true, evidence = e.evidence
    from unnest(:criterion_ids::bigint[], :evidence::text[]) as e (id, evidence)
   where criterion.id = e.id
)
