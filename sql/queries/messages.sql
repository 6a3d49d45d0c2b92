-- name: open_channels(room_id, names, topics)!
insert into channel (room_id, name, topic)
select :room_id, c.name, c.topic
  from unnest(:names::text[], :topics::text[]) with ordinality as c (name, topic, position)
 order by c.position;

-- name: post_message(room_id, author_id, channel, body)$
-- To a channel, by its name.
insert into message (room_id, author_id, channel_id, body)
select :room_id, :author_id, channel.id, :body from channel where channel.room_id = :room_id and channel.name = :channel
returning id;
