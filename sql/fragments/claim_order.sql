-- The order in which tasks are claimed, among those of one turn. The indexes of ready tasks hold it, and in_order of
-- db/tasks/task_lists.py sorts by it too.
priority, waited_by desc, created_at, id
