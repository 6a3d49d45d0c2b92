-- By the key: the planner could take an index in the order of the list, and read all of it.
select * from task where task.id = one.id offset 0
