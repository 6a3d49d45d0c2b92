-- What the reviewer says of a criterion, so that whoever goes on with the task reads it there.

alter table criterion add column verdict_note text not null default '';
