-- The utilities: what the companies were asked, and what they said.

-- One row per step of a case. A final outcome stands; see utilities_stand.
CREATE TABLE utilities_request (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint NOT NULL,
	step text NOT NULL,
	company text NOT NULL CHECK (company <> ''),
	utility text NOT NULL,
	phase text NOT NULL CHECK (phase IN ('check', 'confirm', 'cancel')),
	ref text NOT NULL CHECK (ref <> ''),
	account text NOT NULL,
	outcome text NOT NULL CHECK (outcome IN ('found', 'moved', 'refused', 'later', 'cancelled')),
	reason text NOT NULL,
	words text NOT NULL CHECK (octet_length(words) <= 500),
	balance_fen bigint NOT NULL,
	arrears_fen bigint NOT NULL CHECK (arrears_fen >= 0),
	attempts int NOT NULL DEFAULT 1,
	asked_at timestamptz NOT NULL DEFAULT now(),
	answered_at timestamptz,
	UNIQUE (case_id, step),
	UNIQUE (company, ref, phase),
	CONSTRAINT utilities_a_refusal_has_a_reason CHECK ((outcome = 'refused') = (reason <> '')),
	CONSTRAINT utilities_only_later_is_unanswered CHECK ((outcome = 'later') = (answered_at IS NULL))
);

-- A late or repeated answer never replaces a final one, whoever asks for it.
CREATE TRIGGER utilities_stand BEFORE UPDATE ON utilities_request FOR EACH ROW
	WHEN (OLD.outcome <> 'later' AND NEW.outcome <> OLD.outcome
		AND NOT (OLD.phase = 'check' AND OLD.outcome = 'found' AND NEW.outcome = 'cancelled'))
	EXECUTE FUNCTION refuse_change();
CREATE TRIGGER utilities_stay BEFORE DELETE ON utilities_request FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The signed notices that changed a request: each id counts once per company.
CREATE TABLE utilities_notice (
	company text NOT NULL,
	webhook_id text NOT NULL,
	request_id bigint NOT NULL UNIQUE REFERENCES utilities_request,
	outcome text NOT NULL,
	reason text NOT NULL,
	received_at timestamptz NOT NULL,
	PRIMARY KEY (company, webhook_id)
);

CREATE TRIGGER utilities_notice_stays BEFORE UPDATE OR DELETE ON utilities_notice
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
