-- Where people open the dashboard: the address of the server that began last, for commands that print links.
alter table uptime add column address text;
