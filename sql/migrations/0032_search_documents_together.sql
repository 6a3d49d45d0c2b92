-- The search documents of all rows that a statement adds are written by one statement too, where a trigger for each row
-- took most of the time of adding tasks. Rows that change keep theirs.

create function write_search_documents() returns trigger
language plpgsql as $$
begin
  case tg_argv[0]
    when 'T' then
      insert into search_document (letter, id, room_id, position, words)
      select 'T', id, room_id, place,
             setweight(search_words(title), 'A') || search_words(description || ' ' || notes)
             || search_scopes('T', room_id, place)
        from (select *, nextval('search_position') as place from (select * from added order by id) one) placed;
    when 'O' then
      insert into search_document (letter, id, room_id, position, words)
      select 'O', id, room_id, place,
             setweight(search_words(title), 'A') || search_words(description) || search_scopes('O', room_id, place)
        from (select *, nextval('search_position') as place from (select * from added order by id) one) placed;
    else
      insert into search_document (letter, id, room_id, position, words)
      select tg_argv[0], id, room_id, place, search_words(body) || search_scopes(tg_argv[0], room_id, place)
        from (select *, nextval('search_position') as place from (select * from added order by id) one) placed;
  end case;
  return null;
end
$$;

drop trigger write_search_document on task;
create trigger write_search_document after update of title, description, notes on task
  for each row execute function write_search_document('T');
create trigger write_search_documents after insert on task referencing new table as added
  for each statement execute function write_search_documents('T');

drop trigger write_search_document on objective;
create trigger write_search_document after update of title, description on objective
  for each row execute function write_search_document('O');
create trigger write_search_documents after insert on objective referencing new table as added
  for each statement execute function write_search_documents('O');

drop trigger write_search_document on comment;
create trigger write_search_document after update of body on comment
  for each row execute function write_search_document('C');
create trigger write_search_documents after insert on comment referencing new table as added
  for each statement execute function write_search_documents('C');

drop trigger write_search_document on message;
create trigger write_search_document after update of body on message
  for each row execute function write_search_document('M');
create trigger write_search_documents after insert on message referencing new table as added
  for each statement execute function write_search_documents('M');
