-- How many unfinished tasks wait for the proposal, directly or through others, each counted once.
(with recursive waiter (id) as (
   select t.id
     from proposal_task l join task t on t.id = l.task_id
    where l.proposal_id = proposal.id and t.status not in ('DONE', 'CANCELLED')
   union
   select t.id
     from waiter join dependency d on d.depends_on_id = waiter.id and d.kind = 'BLOCKS' join task t on t.id = d.task_id
    where t.status not in ('DONE', 'CANCELLED')
 )
 select count(*) from waiter)
