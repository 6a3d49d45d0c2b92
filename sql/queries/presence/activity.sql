-- name: say_activity(agent_id, kind, note, task_id, ttl_seconds)!
-- The same again goes on since when it began.
insert into activity (agent_id, kind, note, task_id, since, expires_at)
values (:agent_id, :kind, :note, :task_id, clock_timestamp(),
        clock_timestamp() + make_interval(secs => :ttl_seconds::integer))
on conflict (agent_id) do update
   set kind = excluded.kind,
       note = excluded.note,
       task_id = excluded.task_id,
       since = case
         when activity.expires_at > excluded.since
          and (activity.kind, activity.note, activity.task_id)
              is not distinct from (excluded.kind, excluded.note, excluded.task_id) then activity.since
         else excluded.since
       end,
       expires_at = excluded.expires_at;

-- name: end_activity(agent_id)!
delete from activity where agent_id = :agent_id;

-- name: activities_of_agents(agent_ids)
-- Those that haven't faded.
select * from activity where agent_id = any(:agent_ids::bigint[]) and expires_at > clock_timestamp();

-- name: activities_of_rooms(room_ids)
-- Those of the members that haven't faded.
select room_member.room_id, activity.*
  from room_member join activity on activity.agent_id = room_member.agent_id
 where room_member.room_id = any(:room_ids::bigint[]) and activity.expires_at > clock_timestamp();

-- name: delete_faded_activities(most)
-- Nobody has seen them for an hour.
delete from activity
 where agent_id = any(array(
         select agent_id from activity where expires_at < now() - interval '1 hour' limit :most::integer for update skip locked))
returning agent_id;
