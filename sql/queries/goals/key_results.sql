-- name: key_result_by_id(key_result_id)^
-- With the room that it is in.
select k.*, o.room_id from key_result k join objective o on o.id = k.objective_id where k.id = :key_result_id;

-- name: key_results_by_ids(key_result_ids)
select k.*, o.room_id
  from key_result k join objective o on o.id = k.objective_id
 where k.id = any(:key_result_ids::bigint[]);

-- name: insert_key_result(objective_id, title, unit, start, target, current, weight, owner_id)^
insert into key_result (objective_id, title, unit, start, target, current, weight, owner_id)
values (:objective_id, :title, :unit, :start, :target, :current, :weight, :owner_id)
returning *;

-- name: update_key_result(key_result_id, title, unit, target, current)^
update key_result
   set title = :title, unit = :unit, target = :target, current = :current, updated_at = now()
 where id = :key_result_id
returning *;
