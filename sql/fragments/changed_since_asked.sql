-- A claim is no change.
exists (
  select from proposal_task l join task t on t.id = l.task_id
   where l.proposal_id = proposal.id
     and (l.asked_terms <>
          -- include: asked_terms
          or (t.status, t.assignee_id) is distinct from (l.asked_status, l.asked_assignee_id)
             and not (l.asked_status = 'TODO' and t.status = 'DOING'
                      and coalesce(l.asked_assignee_id, t.assignee_id) = t.assignee_id)))
