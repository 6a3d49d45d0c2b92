-- A direct message is visible to its author and to those it was sent to, any other to whoever may read the room.
(channel_id is not null or author_id = :agent_id or :agent_id = any(to_ids))
