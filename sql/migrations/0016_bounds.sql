-- What one agent may have at once is counted where something is added, and ended sessions are deleted.

create index memory_author on memory (author_id);
-- Deleting a session looks for tasks that are held in it.
create index task_session on task (session_id) where session_id is not null;
