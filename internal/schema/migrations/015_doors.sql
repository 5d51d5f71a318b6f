-- What companies sign with, whose cases are whose, and who is known by a provider.

-- A key of a company's account also signs what the company says; this is that part of
-- it, sealed. Other accounts sign nothing.
ALTER TABLE access_key ADD COLUMN signing vault_sealed;

-- What waits for a company, in its own list.
CREATE INDEX utilities_request_open ON utilities_request (company, id) WHERE outcome = 'later';

-- The citizens among the parties of a case, by the blind index of their identity
-- numbers, so that those whom a provider vouches for find their own cases.
CREATE TABLE intake_party (
	case_id bigint NOT NULL REFERENCES intake_case,
	party text NOT NULL CHECK (party <> ''), -- as a path of the application: buyers[0]
	person vault_index NOT NULL,
	PRIMARY KEY (case_id, party)
);
CREATE INDEX intake_party_person ON intake_party (person, case_id);
CREATE TRIGGER intake_party_stays BEFORE UPDATE OR DELETE ON intake_party
	FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Of a citizen whom a provider vouches for: the blind index of their identity number.
ALTER TABLE access_session ADD COLUMN identity vault_index;
