-- What other statements read of an event (e) however old it is: messages are listed in the order of the log; has_held asks who
-- held a task, objective_before where it was, a heartbeat what was lost, and digests when something ended or was blocked.
(e.kind in ('MESSAGE_SENT', 'TASK_CLAIMED', 'TASK_RECLAIMED', 'TASK_ASSIGNED', 'TASK_RELEASED', 'TASK_CANCELLED', 'TASK_BLOCKED',
            'TASK_DONE', 'OBJECTIVE_FINISHED', 'PROPOSAL_CLOSED')
 or (e.kind = 'TASK_CREATED' and e.objective_id is not null)
 or (e.kind = 'TASK_UPDATED' and e.data -> 'changes' ? 'objective'))
