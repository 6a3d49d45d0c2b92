-- The epoch of all logs, read once a statement, with which that of one of them is combined; until a restore begins another there
-- is no row.
coalesce((select epoch from log_epoch), 0)
