-- A cursor moves at every event. No index holds it, so that Postgres writes the row anew in its page and vacuums it there.

drop index webhook_of_room;
create index webhook_of_room on webhook (room_id);
