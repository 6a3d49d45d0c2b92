"""What every part of db rests on: the database and its transactions, statements, records, errors, ids."""
