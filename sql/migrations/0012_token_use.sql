-- When each token was last used, to the minute: one that nobody uses should go. Room on each page keeps the update HOT.

alter table token add column last_used_at timestamptz;
alter table token set (fillfactor = 70);
