-- The page of a channel, by its index.
from event e
where asked.channel is not null
  and e.room_id = asked.room_id and e.kind = 'MESSAGE_SENT' and e.data ->> 'channel' = asked.channel
  and e.seq > asked.after and e.seq < asked.before
