-- The page of a whole room, by its index.
from event e join message m on m.id = e.message_id
where asked.channel is null and asked.thread is null
  and e.room_id = asked.room_id and e.kind = 'MESSAGE_SENT'
  and e.seq > asked.after and e.seq < asked.before
  and
  -- include: visible_message
