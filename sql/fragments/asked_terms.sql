-- Of a task what a question about it takes for granted, as a hash: its description and its criteria.
md5(jsonb_build_array(
  t.description, (select jsonb_agg(c.text order by c.position) from criterion c where c.task_id = t.id))::text)
