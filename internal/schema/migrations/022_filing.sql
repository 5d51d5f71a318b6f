-- The assessment can be taken back before the entry, and the parties say what they
-- think of it: 自助申报.

-- tax_in_force is the ordinal of the revision that stands, 0 for the first assessment.
CREATE FUNCTION tax_in_force(of_case bigint) RETURNS int LANGUAGE sql STABLE
	RETURN (SELECT coalesce(max(r.ordinal), 0) FROM tax_revision r WHERE r.case_id = of_case AND (r.kind = 'answers'
		OR EXISTS (SELECT FROM tax_second s WHERE s.case_id = of_case AND s.ordinal = r.ordinal AND s.verdict = 'accepted')));

-- An officer confirms the figures that stand, not those of a later revision.
ALTER TABLE tax_confirmation ADD COLUMN revision int NOT NULL DEFAULT 0 CHECK (revision >= 0);
ALTER TABLE tax_confirmation DISABLE TRIGGER refuse_change;
UPDATE tax_confirmation SET revision = tax_in_force(case_id);
ALTER TABLE tax_confirmation ENABLE TRIGGER refuse_change;
ALTER TABLE tax_confirmation ALTER COLUMN revision DROP DEFAULT,
	DROP CONSTRAINT tax_confirmation_pkey, ADD PRIMARY KEY (case_id, revision);

-- 申报承诺: a party declares that what the offices hold of them is right.
CREATE TABLE tax_declaration (
	case_id    bigint NOT NULL REFERENCES tax_assessment,
	party      text NOT NULL CHECK (party <> ''),
	revision   int NOT NULL CHECK (revision >= 0), -- of the assessment that they saw
	statements text[] NOT NULL CHECK (cardinality(statements) > 0),
	at         timestamptz NOT NULL,
	PRIMARY KEY (case_id, party, revision)
);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_declaration
	FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- 异议: a party says that a fact is wrong; and what an officer made of it.
CREATE TABLE tax_dispute (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id  bigint NOT NULL REFERENCES tax_assessment,
	party    text NOT NULL CHECK (party <> ''),
	about    text NOT NULL CHECK (about <> ''), -- a statement
	words    vault_sealed NOT NULL,
	revision int NOT NULL CHECK (revision >= 0), -- of the assessment that they saw
	at       timestamptz NOT NULL
);
CREATE INDEX ON tax_dispute (case_id);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_dispute
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
CREATE TABLE tax_dispute_answer (
	dispute bigint PRIMARY KEY REFERENCES tax_dispute,
	officer text NOT NULL CHECK (officer <> ''),
	outcome text NOT NULL CHECK (outcome IN ('stands', 'changed')),
	words   vault_sealed, -- the officer's
	at      timestamptz NOT NULL
);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_dispute_answer
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
