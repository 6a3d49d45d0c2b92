-- The page of a thread, by its index.
from event e join message m on m.id = e.message_id
where asked.thread is not null
  and e.room_id = asked.room_id and e.kind = 'MESSAGE_SENT' and e.data ->> 'replyTo' = asked.thread
  and e.seq > asked.after and e.seq < asked.before
  and
  -- include: visible_message
