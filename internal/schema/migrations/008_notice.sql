-- Messages to people (消息): an outbox that is written in the transaction of what it tells.

CREATE TABLE notice_message (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	recipient vault_sealed NOT NULL,
	template text NOT NULL CHECK (template <> ''),
	args vault_sealed NOT NULL, -- a JSON object; codes are in it
	lang text NOT NULL CHECK (lang IN ('zh-CN', 'en')),
	case_id bigint,
	put_at timestamptz NOT NULL DEFAULT now(),
	not_after timestamptz,
	state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'expired', 'dead')),
	ended_at timestamptz,
	CONSTRAINT notice_only_waiting_has_no_end CHECK ((state = 'waiting') = (ended_at IS NULL))
);

-- The sweeper looks for messages that nobody carries.
CREATE INDEX notice_message_waiting ON notice_message (put_at) WHERE state = 'waiting';
CREATE INDEX notice_message_case ON notice_message (case_id);

-- What was said to whom is never edited, and what was sent is not sent again.
CREATE FUNCTION notice_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF vault_resealed(TG_RELID, to_jsonb(OLD), to_jsonb(NEW)) THEN
		RETURN NEW;
	END IF;
	IF OLD.state IN ('sent', 'expired')
		OR (NEW.id, NEW.recipient, NEW.template, NEW.args, NEW.lang, NEW.case_id, NEW.put_at, NEW.not_after)
			IS DISTINCT FROM (OLD.id, OLD.recipient, OLD.template, OLD.args, OLD.lang, OLD.case_id, OLD.put_at, OLD.not_after)
	THEN
		RAISE EXCEPTION 'message % stands', OLD.id USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER notice_message_stands BEFORE UPDATE ON notice_message
	FOR EACH ROW EXECUTE FUNCTION notice_stands();
CREATE TRIGGER notice_message_stays BEFORE DELETE OR TRUNCATE ON notice_message
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Where people can be reached: the telephones that parties gave in cases whose right
-- was entered, so that whoever pretends to be somebody is not told in their place.
CREATE TABLE notice_contact (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person vault_index NOT NULL, -- of the identity number
	phone vault_sealed NOT NULL,
	phone_index vault_index NOT NULL,
	case_id bigint NOT NULL,
	at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (person, phone_index)
);
CREATE TRIGGER notice_contact_changes BEFORE UPDATE ON notice_contact
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
