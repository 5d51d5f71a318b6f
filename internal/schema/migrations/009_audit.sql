-- Who did or saw what (审计): append-only by trigger and by grant, and chained per object.

CREATE TABLE audit_event (
	id bigint GENERATED ALWAYS AS IDENTITY,
	kind text NOT NULL CHECK (kind <> ''), -- of the object
	object text NOT NULL CHECK (object <> ''),
	ordinal bigint NOT NULL, -- in the chain of the object, from 1 on
	at timestamptz NOT NULL,
	actor text NOT NULL CHECK (actor <> ''),
	role text NOT NULL,
	action text NOT NULL CHECK (action <> ''),
	reason text NOT NULL, -- in the person's words
	origin text NOT NULL, -- the address it was asked from
	result text NOT NULL CHECK (result <> ''),
	request text NOT NULL, -- the number under which the log speaks of it
	previous bytea NOT NULL,
	hash bytea NOT NULL,
	PRIMARY KEY (kind, object, ordinal)
);

-- The last link of every chain, which tells a chain that was cut from one that ends.
CREATE TABLE audit_head (
	kind text NOT NULL,
	object text NOT NULL,
	ordinal bigint NOT NULL,
	previous bytea NOT NULL,
	hash bytea NOT NULL,
	PRIMARY KEY (kind, object)
) WITH (fillfactor = 50);

-- audit_link puts an event at the end of its object's chain. Only those who write
-- about the same object wait for each other, until the first commits. It writes the
-- head with its owner's right: the program has none. The hash is the SHA-256 of the
-- previous link, the ordinal and everything the event says, each text after its
-- length; written out, because a function in SQL would cost ten times as much. The
-- verifier has its own.
CREATE FUNCTION audit_link() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	zeros CONSTANT bytea := decode(repeat('00', 32), 'hex');
	said bytea;
BEGIN
	NEW.at := now();
	said := int8send(NEW.id) || int8send((extract(epoch FROM NEW.at) * 1000000)::bigint)
		|| int4send(octet_length(NEW.kind)) || convert_to(NEW.kind, 'UTF8')
		|| int4send(octet_length(NEW.object)) || convert_to(NEW.object, 'UTF8')
		|| int4send(octet_length(NEW.actor)) || convert_to(NEW.actor, 'UTF8')
		|| int4send(octet_length(NEW.role)) || convert_to(NEW.role, 'UTF8')
		|| int4send(octet_length(NEW.action)) || convert_to(NEW.action, 'UTF8')
		|| int4send(octet_length(NEW.reason)) || convert_to(NEW.reason, 'UTF8')
		|| int4send(octet_length(NEW.origin)) || convert_to(NEW.origin, 'UTF8')
		|| int4send(octet_length(NEW.result)) || convert_to(NEW.result, 'UTF8')
		|| int4send(octet_length(NEW.request)) || convert_to(NEW.request, 'UTF8');
	INSERT INTO audit_head AS h (kind, object, ordinal, previous, hash)
	VALUES (NEW.kind, NEW.object, 1, zeros, sha256(zeros || int8send(1) || said))
	ON CONFLICT (kind, object) DO UPDATE
		SET ordinal = h.ordinal + 1, previous = h.hash, hash = sha256(h.hash || int8send(h.ordinal + 1) || said)
	RETURNING h.ordinal, h.previous, h.hash INTO NEW.ordinal, NEW.previous, NEW.hash;
	RETURN NEW;
END
$$;
CREATE TRIGGER audit_event_link BEFORE INSERT ON audit_event FOR EACH ROW EXECUTE FUNCTION audit_link();
CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The program works under a role of its own, which owns nothing (docs/AUDIT.md). A
-- cluster has one, whichever of its databases came first.
DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'onewindow_program') THEN
		CREATE ROLE onewindow_program NOLOGIN;
	END IF;
EXCEPTION
	WHEN duplicate_object OR unique_violation THEN NULL; -- another database was first
	WHEN insufficient_privilege THEN
		RAISE EXCEPTION 'the role onewindow_program is missing and % may not create it', current_user
			USING HINT = 'let an administrator run: CREATE ROLE onewindow_program NOLOGIN; GRANT onewindow_program TO '
				|| quote_ident(current_user);
END
$$;
DO $$
BEGIN
	IF NOT pg_has_role(current_user, 'onewindow_program', 'MEMBER') THEN
		EXECUTE 'GRANT onewindow_program TO ' || quote_ident(current_user);
	END IF;
END
$$;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO onewindow_program;
GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO onewindow_program;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO onewindow_program;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO onewindow_program;
REVOKE UPDATE, DELETE ON audit_event FROM onewindow_program;
REVOKE INSERT, UPDATE, DELETE ON audit_head FROM onewindow_program;
REVOKE INSERT, UPDATE, DELETE ON schema_version FROM onewindow_program;
