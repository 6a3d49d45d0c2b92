-- What a claim may ask for, of task t.
and t.objective_id = any(:objectives::bigint[])  -- given: objectives
and t.labels @> :labels::text[]  -- given: labels
