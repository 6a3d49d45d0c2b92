-- What restoring needs: rows come in any order, so references are looked at when the transaction ends; and ids go on after
-- those that came.

do $$
declare one record;
begin
  for one in select conrelid::regclass as of_table, conname as name
               from pg_constraint
              where contype = 'f' and connamespace = current_schema()::regnamespace
  loop
    execute format('alter table %s alter constraint %I deferrable', one.of_table, one.name);
  end loop;
end $$;

-- Columns that the rows don't have, for they were exported before there were any, get their defaults.
create function restore_rows(of_table regclass, given json) returns bigint language plpgsql as $$
declare columns text; taken bigint;
begin
  select string_agg(quote_ident(attname), ', ') into columns
    from pg_attribute
   where attrelid = of_table and attnum > 0 and attgenerated = '' and not attisdropped
     and attname in (select json_object_keys(given -> 0));
  execute format('insert into %1$s (%2$s) select %2$s from json_populate_recordset(null::%1$s, $1)', of_table, columns)
    using given;
  get diagnostics taken = row_count;
  return taken;
end $$;

create function continue_ids() returns void language plpgsql as $$
declare one record;
begin
  for one in select attrelid::regclass as of_table, attname as name
               from pg_attribute join pg_class on pg_class.oid = attrelid
              where attidentity <> '' and relnamespace = current_schema()::regnamespace
  loop
    execute format(
      'select setval(pg_get_serial_sequence(%1$L, %2$L), coalesce(max(%3$I), 1), count(*) > 0) from %1$s',
      one.of_table, one.name, one.name);
  end loop;
end $$;

-- What the doctor compares: stored waits and counts as they follow from the plain rows.

create view rightful_waits as
select t.id, t.room_id,
       (select count(*)
          from dependency d join task b on b.id = d.depends_on_id
         where d.task_id = t.id and d.kind = 'BLOCKS' and b.status not in ('DONE', 'CANCELLED'))::integer as open_dependencies,
       (select count(*)
          from dependency d join task w on w.id = d.task_id
         where d.depends_on_id = t.id and d.kind = 'BLOCKS' and w.status not in ('DONE', 'CANCELLED'))::integer as waited_by,
       case when t.status in ('DONE', 'CANCELLED') then t.waits_for_track else t.track is not null and exists (
         select from task o
          where o.room_id = t.room_id and o.track = t.track and coalesce(o.objective_id, 0) = coalesce(t.objective_id, 0)
            and o.status not in ('DONE', 'CANCELLED') and o.id <> t.id
            and (coalesce(o.track_order, 2147483648), o.created_at, o.id)
              < (coalesce(t.track_order, 2147483648), t.created_at, t.id)) end as waits_for_track,
       case when t.status in ('DONE', 'CANCELLED') then t.waits_for_criteria else room.require_done_criteria
         and not exists (select from criterion c where c.task_id = t.id) end as waits_for_criteria,
       case when t.status in ('DONE', 'CANCELLED') then t.waits_for_objective else coalesce(o.in_draft, false)
         end as waits_for_objective,
       -- That the moment has passed is noticed by a server that runs.
       case when t.status in ('DONE', 'CANCELLED') then t.waits_for_schedule else coalesce(t.not_before > now(), false)
         or (t.waits_for_schedule and t.not_before is not null) end as waits_for_schedule
  from task t join room on room.id = t.room_id left join objective o on o.id = t.objective_id;

create view rightful_drafts as
with recursive tree (id, in_draft) as (
  select id, status = 'DRAFT' from objective where parent_id is null
  union all
  select o.id, o.status = 'DRAFT' or tree.in_draft from tree join objective o on o.parent_id = tree.id
)
select id, in_draft from tree;

create view rightful_use as
select r.id, count(t.id)::integer as in_use
  from resource r
  left join (task t join requirement q on q.id = t.requirement_id)
    on t.room_id = r.room_id and t.status = 'DOING' and q.resources @> array[r.id]
 group by r.id;
