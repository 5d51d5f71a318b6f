-- Facts of tax come from other offices: what each of them said is kept, and what
-- stood in their place here goes. Nothing here is ever edited.
DROP TABLE tax_household_member;
DROP TABLE tax_household;
DROP TABLE tax_valuation;
DROP TABLE tax_prior;

-- 涉税信息: what a source said when it was asked, or why it said nothing that can be
-- used. The window's own register is the source "register".
CREATE TABLE tax_answer (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id     bigint NOT NULL,
	source      text NOT NULL CHECK (source IN ('family', 'homes', 'prior', 'valuation', 'register')),
	outcome     text NOT NULL CHECK (outcome IN ('answered', 'late', 'refused', 'malformed', 'stale', 'not_connected')),
	ref         text NOT NULL UNIQUE CHECK (ref <> ''), -- ours
	reference   text NOT NULL, -- theirs
	asked_at    timestamptz NOT NULL,
	known_at    timestamptz, -- as of when the source knows it
	facts       vault_sealed, -- JSON, with identity numbers
	facts_index vault_index,
	CHECK ((outcome = 'answered') = (facts IS NOT NULL)),
	CHECK ((facts IS NULL) = (facts_index IS NULL) AND (facts IS NULL) = (known_at IS NULL))
);
CREATE INDEX ON tax_answer (case_id);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_answer
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();

-- The facts of an assessment are recognised by this; assessments made before have none.
ALTER TABLE tax_assessment ADD COLUMN facts_index vault_index;
