-- Ancestors and descendants of any depth, and all that have one ancestor, are relatives.

-- The ancestor that nobody spawned: the agent itself where it has no parent. Relatives have the same one.
create function family_of(agent_id bigint) returns bigint language sql stable as $$
  with recursive ancestor (id, parent_id) as (
    select agent.id, agent.parent_id from agent where agent.id = family_of.agent_id
    union
    select agent.id, agent.parent_id from ancestor join agent on agent.id = ancestor.parent_id
  )
  select id from ancestor where parent_id is null
$$;

create function refuse_review_in_the_family() returns trigger language plpgsql as $$
begin
  if family_of(new.author_id) = family_of(new.reviewer_id) then
    raise exception 'relatives do not review each other: agents % and %', new.author_id, new.reviewer_id
      using errcode = 'check_violation', constraint = 'relatives_do_not_review_each_other';
  end if;
  return new;
end $$;
-- Older reviews, which a restore brings back, were given while grandparents and cousins were no relatives.
create trigger a_family_does_not_review_its_own_work before insert or update on review
  for each row when (new.created_at >= now()) execute function refuse_review_in_the_family();
