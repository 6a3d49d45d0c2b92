-- name: insert_insight(room_id, title)$
insert into insight (room_id, title) values (:room_id, :title) returning id;

-- name: close_insight(insight_id, status, task_id, reason)!
-- nullable: task_id
update insight
   set status = :status, task_id = :task_id, reason = :reason, closed_at = clock_timestamp()
 where id = :insight_id;

-- name: open_insight_again(insight_id)$
-- Once two have said it since it was dismissed who are no relatives, and had not said it before.
update insight
   set status = 'OPEN', reason = '', closed_at = null
 where id = :insight_id and status = 'DISMISSED'
   and 2 <= (select count(distinct later.family_id)
               from reflection later
              where later.insight_id = insight.id and later.created_at > insight.closed_at
                and later.author_id not in (
                      select author_id from reflection
                       where insight_id = insight.id and created_at <= insight.closed_at))
returning id;

-- name: insights_by_ids(insight_ids)
select insight.*, strength.score, strength.rank
  from insight
 cross join lateral (
   -- include: strength_of_insight
 ) strength
 where insight.id = any(:insight_ids::bigint[]);

-- name: insights_of_room(room_id, status, after_rank, after_id, most)
-- The strongest first. Their scores fall together, so their order stays, and the place of a cursor with it.
select insight.*, strength.score, strength.rank
  from insight
 cross join lateral (
   -- include: strength_of_insight
 ) strength
 where insight.room_id = :room_id
   and insight.status = :status -- given: status
   and (strength.rank, insight.id) < (:after_rank::float8, :after_id::bigint) -- given: after_rank, after_id
 order by strength.rank desc, insight.id desc
 limit :most;

-- name: count_insights(room_id, status)$
select count(*) from insight
 where room_id = :room_id
   and status = :status -- given: status
;

-- name: insights_found(room_ids, sinces, until, most)
-- For digests: what was found between these moments, and is still to be looked at.
select asked.position, page.*
  from unnest(:room_ids::bigint[], :sinces::timestamptz[]) with ordinality as asked (room_id, since, position)
 cross join lateral (
   select insight.*, strength.score, strength.rank, count(*) over () as total
     from insight
    cross join lateral (
      -- include: strength_of_insight
    ) strength
    where insight.room_id = asked.room_id and insight.created_at > asked.since and insight.created_at <= :until
    order by strength.rank desc, insight.id desc
    limit :most::integer) page
 order by asked.position, page.rank desc, page.id desc;
