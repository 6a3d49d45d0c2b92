-- Grows with families that said it, then with how often, and halves with each week since the last time. `rank` is the
-- logarithm of it at a moment that is the same for all: what sorts them, whenever it is asked.
select counted.base * power(0.5, greatest(0, extract(epoch from clock_timestamp() - counted.last_at)) / 604800)::float8 as score,
       (log(2, counted.base) + extract(epoch from counted.last_at) / 604800)::float8 as rank
  from (select (count(distinct family_id) + count(*)::numeric / (count(*) + 1)) as base, max(created_at) as last_at
          from reflection
         where insight_id = insight.id) counted
