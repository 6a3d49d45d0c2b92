-- name: moment()$
-- By the clock that all processes share. In a snapshot it is asked first, so that whatever is seen was logged before it.
select clock_timestamp();
