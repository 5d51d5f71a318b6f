-- Jobs that failed for the last time (死信): what an operator must see.
CREATE TABLE jobs_dead_letter (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint REFERENCES intake_case,
	step text NOT NULL,
	notice_id bigint, -- of a message that nobody took; step is then 'notice'
	attempts int NOT NULL,
	error text NOT NULL,
	at timestamptz NOT NULL DEFAULT now(),
	settled_at timestamptz,
	settled_by text,
	CONSTRAINT jobs_a_letter_is_about_something CHECK (coalesce(case_id, notice_id) IS NOT NULL)
);
CREATE INDEX jobs_dead_letter_open ON jobs_dead_letter (at) WHERE settled_at IS NULL;
