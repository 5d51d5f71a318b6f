-- Lines of the audit are looked for over all chains, the newest first, and by who
-- acted (docs/AUDIT.md).

CREATE INDEX audit_event_id ON audit_event (id);
CREATE INDEX audit_event_actor ON audit_event (actor, id);
CREATE INDEX audit_event_at ON audit_event USING brin (at);
