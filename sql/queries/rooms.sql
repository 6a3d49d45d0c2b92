-- name: room_by_id(room_id)^
select * from room where id = :room_id;

-- name: room_by_name(name)^
select * from room where name = :name;

-- name: lock_room(room_id)^
-- Acts that change what tasks wait for come one at a time in a room, so that no two can close a cycle between them, and
-- what they count stays counted. Claims and renewals don't take this lock.
select * from room where id = :room_id for no key update;

-- name: rooms_by_ids(room_ids)
select * from room where id = any(:room_ids::bigint[]);
