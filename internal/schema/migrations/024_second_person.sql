-- What gives an account a way in, or a right, is asked for by one person and done by
-- another (four eyes); neither is its owner. Whoever owns the machine may do it alone.

CREATE TABLE access_change (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person text NOT NULL REFERENCES access_person, -- whose account it is
	kind text NOT NULL CHECK (kind IN ('password', 'move', 'reopen', 'key', 'subject')),
	wanted jsonb NOT NULL DEFAULT '{}', -- role and office, label of a key, subject of a provider
	half vault_sealed, -- of a one-time password: that of who asked; gone when it is given
	at_machine boolean NOT NULL DEFAULT false, -- on the command line of the machine's owner
	asked_by text REFERENCES access_person,
	asked_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'confirmed', 'declined', 'expired')),
	ended_by text REFERENCES access_person,
	ended_at timestamptz,
	confirmed_in xid8, -- the transaction that did it
	CONSTRAINT access_change_is_asked_for CHECK (at_machine = (asked_by IS NULL)),
	CONSTRAINT access_change_ends CHECK ((state = 'asked') = (ended_at IS NULL)),
	CONSTRAINT access_change_is_not_of_the_owner CHECK (asked_by <> person AND ended_by <> person),
	CONSTRAINT access_change_takes_two CHECK (
		state <> 'confirmed' OR at_machine OR ended_by IS NOT NULL AND ended_by <> asked_by),
	CONSTRAINT access_change_knows_its_deed CHECK ((state = 'confirmed') = (confirmed_in IS NOT NULL))
);
CREATE UNIQUE INDEX access_change_one_waits ON access_change (person) WHERE state = 'asked';
CREATE INDEX access_change_person ON access_change (person, confirmed_in);
CREATE TRIGGER access_change_stands BEFORE UPDATE ON access_change
	FOR EACH ROW WHEN (OLD.state <> 'asked') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER access_change_stays BEFORE DELETE OR TRUNCATE ON access_change
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whatever the program does: rights and ways in change in the transaction in which a
-- second person confirmed them, or not at all.
CREATE FUNCTION access_takes_two() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	account text := coalesce(to_jsonb(NEW) ->> 'person', to_jsonb(NEW) ->> 'id');
BEGIN
	IF NOT EXISTS (
		SELECT FROM access_change
		WHERE person = account AND state = 'confirmed' AND confirmed_in = pg_current_xact_id()
	) THEN
		RAISE EXCEPTION 'nobody has confirmed this change of the account %', account USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER access_person_takes_two BEFORE UPDATE ON access_person FOR EACH ROW WHEN (
	OLD.id <> NEW.id OR OLD.role <> NEW.role OR OLD.office <> NEW.office OR OLD.company <> NEW.company
	OR OLD.disabled AND NOT NEW.disabled OR NEW.one_time AND NEW.password <> OLD.password)
	EXECUTE FUNCTION access_takes_two();
CREATE TRIGGER access_subject_takes_two BEFORE INSERT OR UPDATE ON access_subject
	FOR EACH ROW EXECUTE FUNCTION access_takes_two();
