-- What holders say of their work: the result as a comment, artifacts, and evidence for the criteria that were met. Of each task
-- there is an author and a result; of each mention and artifact, the task that it belongs to.
ended as (
  select *
    from unnest(:task_ids::bigint[], :author_ids::bigint[], :results::text[])
         with ordinality as e (task_id, author_id, result, position)
), said as (
  insert into comment (room_id, task_id, author_id, kind, body, mentions, created_at)
  select task.room_id, task.id, ended.author_id, 'SUBMISSION', ended.result,
         array(select m.agent_id
                 from unnest(:mention_tasks::bigint[], :mentioned::bigint[])
                      with ordinality as m (task_id, agent_id, position)
                where m.task_id = task.id
                order by m.position),
         clock_timestamp()
    from ended join task on task.id = ended.task_id
   order by ended.position
  returning id as comment_id, task_id
), put_out as (
  insert into artifact (task_id, kind, url, title)
  select a.task_id, a.kind, a.url, a.title
    from unnest(:artifact_tasks::bigint[], :kinds::text[], :urls::text[], :titles::text[])
         with ordinality as a (task_id, kind, url, title, position)
   order by a.position
), met as (
  update criterion
     set met = true, evidence = e.evidence
    from unnest(:criterion_ids::bigint[], :evidence::text[]) as e (id, evidence)
   where criterion.id = e.id
)
