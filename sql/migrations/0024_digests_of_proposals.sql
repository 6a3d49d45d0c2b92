-- What a digest reads of the log about proposals.
create index event_proposal_closed on event (room_id, at) where kind = 'PROPOSAL_CLOSED';
