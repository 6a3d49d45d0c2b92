-- name: insert_reflection(room_id, author_id, task_id, worked, did_not_work, change, tags)^
-- nullable: task_id
insert into reflection (room_id, author_id, family_id, task_id, worked, did_not_work, change, tags, lexemes)
values (:room_id, :author_id, family_of(:author_id), :task_id, :worked, :did_not_work, :change, :tags,
        tsvector_to_array(to_tsvector('pg_catalog.english', :did_not_work || ' ' || :change)))
returning *;

-- name: same_reflection(author_id, room_id, task_id, since, worked, did_not_work, change)^
-- nullable: task_id
-- What the author said of the task in the same words, but for case and white space, since this moment.
select *
  from reflection
 where author_id = :author_id and room_id = :room_id and task_id is not distinct from :task_id
   and created_at > :since::timestamptz
   and plain_words(worked) = plain_words(:worked)
   and plain_words(did_not_work) = plain_words(:did_not_work)
   and plain_words(change) = plain_words(:change)
 order by id
 limit 1;

-- name: reflections_like(reflection_id)
-- Those of its room that say the same thing: they share a tag, or else two words at least, and half of the shorter one's.
-- nullable: insight_id, status, promoted_to
select other.id, other.family_id, other.insight_id, insight.status, insight.task_id as promoted_to,
       cardinality(shared.tags) + coalesce(cardinality(shared.lexemes)::float8 / nullif(shorter.length, 0), 0) as fit,
       shared.tags || shared.lexemes as shared
  from reflection this
  join reflection other on other.room_id = this.room_id and other.id <> this.id
   and (other.tags && this.tags or other.lexemes && this.lexemes)
  left join insight on insight.id = other.insight_id
 cross join lateral (
   select array(select unnest(other.tags) intersect select unnest(this.tags) order by 1) as tags,
          array(select unnest(other.lexemes) intersect select unnest(this.lexemes) order by 1) as lexemes) shared
 cross join lateral (select least(cardinality(other.lexemes), cardinality(this.lexemes)) as length) shorter
 where this.id = :reflection_id
   and (cardinality(shared.tags) > 0
        or (cardinality(shared.lexemes) >= 2 and 2 * cardinality(shared.lexemes) >= shorter.length))
 order by other.id;

-- name: put_into_insight(insight_id, reflection_ids)!
update reflection set insight_id = :insight_id where id = any(:reflection_ids::bigint[]);

-- name: reflections_of_tasks(task_ids)
select * from reflection where task_id = any(:task_ids::bigint[]) order by task_id, id;

-- name: reflections_of_insights(insight_ids)
select * from reflection where insight_id = any(:insight_ids::bigint[]) order by insight_id, id;

-- name: reflections_by_ids(reflection_ids)
select * from reflection where id = any(:reflection_ids::bigint[]);

-- name: has_reflected(author_id, task_id, since)$
select exists (
  select from reflection where task_id = :task_id and author_id = :author_id and created_at >= :since::timestamptz);
