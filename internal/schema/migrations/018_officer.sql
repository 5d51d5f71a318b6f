-- The tax officer's desk: what officers asked again, corrected and overrode, and what
-- a second officer said to it. Nothing here is ever edited.

-- 重新查询: an officer lets a source be asked once more.
CREATE TABLE tax_question (
	id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id bigint NOT NULL REFERENCES tax_assessment,
	source  text NOT NULL CHECK (source IN ('family', 'homes', 'prior', 'valuation')),
	officer text NOT NULL CHECK (officer <> ''),
	reason  vault_sealed NOT NULL,
	at      timestamptz NOT NULL
);
CREATE INDEX ON tax_question (case_id);

-- 更正: facts and assessment as they become if it stands. New answers of sources
-- stand by themselves; corrections and overrides when a second officer accepts them.
CREATE TABLE tax_revision (
	case_id     bigint NOT NULL REFERENCES tax_assessment,
	ordinal     int NOT NULL CHECK (ordinal > 0),
	kind        text NOT NULL CHECK (kind IN ('answers', 'correction', 'override')),
	officer     text NOT NULL CHECK (officer <> ''),
	at          timestamptz NOT NULL,
	content     vault_sealed NOT NULL, -- JSON: what changed
	reason      vault_sealed,
	document    vault_sealed,
	facts       vault_sealed NOT NULL,
	facts_index vault_index NOT NULL,
	assessment  vault_sealed NOT NULL, -- JSON
	PRIMARY KEY (case_id, ordinal),
	UNIQUE (case_id, ordinal, officer),
	CHECK (kind = 'answers' OR reason IS NOT NULL AND document IS NOT NULL)
);

-- 复核: four eyes. Whoever proposed a revision may take it back, and not accept it.
CREATE TABLE tax_second (
	case_id     bigint NOT NULL,
	ordinal     int NOT NULL,
	proposed_by text NOT NULL,
	officer     text NOT NULL CHECK (officer <> ''),
	verdict     text NOT NULL CHECK (verdict IN ('accepted', 'declined')),
	reason      vault_sealed,
	at          timestamptz NOT NULL,
	PRIMARY KEY (case_id, ordinal),
	FOREIGN KEY (case_id, ordinal, proposed_by) REFERENCES tax_revision (case_id, ordinal, officer),
	CONSTRAINT tax_second_is_another CHECK (verdict = 'declined' OR officer <> proposed_by)
);

-- tax_in_turn lets nothing be decided over a proposal that waits for its second.
CREATE FUNCTION tax_in_turn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM tax_revision r WHERE r.case_id = NEW.case_id AND r.kind <> 'answers' AND NOT EXISTS (
			SELECT FROM tax_second s WHERE s.case_id = r.case_id AND s.ordinal = r.ordinal)) THEN
		RAISE EXCEPTION 'a revision of case % waits for a second officer', NEW.case_id
			USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER in_turn BEFORE INSERT ON tax_revision FOR EACH ROW EXECUTE FUNCTION tax_in_turn();
CREATE TRIGGER in_turn BEFORE INSERT ON tax_question FOR EACH ROW EXECUTE FUNCTION tax_in_turn();
CREATE TRIGGER in_turn BEFORE INSERT ON tax_confirmation FOR EACH ROW EXECUTE FUNCTION tax_in_turn();

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_question
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_revision
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_second
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
