-- The epoch of all logs, read once a statement; until a restore begins another there is no row.
coalesce((select epoch from log_epoch), 0) as epoch
