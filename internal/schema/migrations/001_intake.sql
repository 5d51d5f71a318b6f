-- What all rooms share: append-only tables and sealed columns (docs/VAULT.md).

-- refuse_change keeps append-only tables append-only.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- 加密列: a version byte, the id of the key, and a ciphertext. Plain text that strays
-- into such a column is refused here.
CREATE DOMAIN vault_sealed AS bytea CHECK (octet_length(VALUE) > 33 AND get_byte(VALUE, 0) = 1);

-- 盲索引: HMAC-SHA-256 of a text, for columns that are searched or joined.
CREATE DOMAIN vault_index AS bytea CHECK (octet_length(VALUE) = 32);

-- The keys that seal this database, each with a proof that a ring can give only if
-- it holds the key, so that a program with another ring does not start.
CREATE TABLE vault_key (
	id bigint PRIMARY KEY CHECK (id > 0),
	proof vault_sealed NOT NULL,
	index_proof vault_index NOT NULL,
	added_at timestamptz NOT NULL DEFAULT now()
);

-- vault_key_of reads which key sealed a value, from its first bytes only.
CREATE FUNCTION vault_key_of(sealed bytea) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
	RETURN ('x' || encode(substring(sealed FROM 2 FOR 4), 'hex'))::bit(32)::bigint;

-- vault_resealed says whether a row differs from what it was in sealed columns only,
-- and each of those only in being sealed with a newer key. A rotation of keys does
-- that, also where nothing else may be changed.
CREATE FUNCTION vault_resealed(relation oid, was jsonb, becomes jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	col text;
BEGIN
	FOR col IN SELECT attname FROM pg_attribute
		WHERE attrelid = relation AND atttypid = 'vault_sealed'::regtype AND NOT attisdropped
	LOOP
		IF was -> col IS DISTINCT FROM becomes -> col AND NOT coalesce(
			vault_key_of((becomes ->> col)::bytea) > vault_key_of((was ->> col)::bytea), false) THEN
			RETURN false;
		END IF;
		was := was - col;
		becomes := becomes - col;
	END LOOP;
	RETURN was = becomes;
END
$$;

-- vault_refuse_change keeps append-only tables with sealed columns append-only. It
-- says the same as vault_resealed without writing a row out: sealed files are large.
CREATE FUNCTION vault_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	same text;
	resealed boolean := false;
BEGIN
	IF TG_OP = 'UPDATE' THEN
		SELECT string_agg(format('(($1).%1$I IS NOT DISTINCT FROM ($2).%1$I' || CASE
			WHEN atttypid = 'vault_sealed'::regtype
			THEN ' OR coalesce(vault_key_of(($2).%1$I) > vault_key_of(($1).%1$I), false))' ELSE ')' END, attname), ' AND ')
		INTO same FROM pg_attribute WHERE attrelid = TG_RELID AND attnum > 0 AND NOT attisdropped;
		EXECUTE 'SELECT ' || same INTO resealed USING OLD, NEW;
	END IF;
	IF NOT resealed THEN
		RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END
$$;

-- The window: cases, their steps and their journal (docs/CASE.md).

-- Acceptance numbers: a day's serials count from the sequence's value at the day's first case.
-- A sequence, because a counter row would be locked until each intake commits, and the
-- numbers need not be dense (those of certificates must, and are not taken from here).
CREATE SEQUENCE intake_serial;
CREATE TABLE intake_day (
	day date PRIMARY KEY,
	first_serial bigint NOT NULL
);

CREATE TABLE intake_case (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	number text NOT NULL UNIQUE,
	kind text NOT NULL,
	unit text NOT NULL,
	application vault_sealed NOT NULL, -- JSON
	state text NOT NULL CHECK (state IN ('open', 'entered', 'closed', 'refused')),
	accepted_by text NOT NULL CHECK (accepted_by <> ''),
	approved_by text,
	accepted_at timestamptz NOT NULL,
	closed_at timestamptz,
	CONSTRAINT intake_nobody_approves_what_they_accepted CHECK (approved_by <> accepted_by)
) WITH (fillfactor = 80);

-- I2: the reservation of the unit. It ends when the right is entered or refused.
CREATE UNIQUE INDEX intake_one_live_case_per_unit ON intake_case (unit) WHERE state = 'open';
CREATE INDEX intake_case_unit ON intake_case (unit);

CREATE TABLE intake_step (
	case_id bigint NOT NULL REFERENCES intake_case,
	step text NOT NULL,
	state text NOT NULL CHECK (state IN ('waiting', 'running', 'needs_input', 'manual',
		'awaiting_payment', 'awaiting_company', 'done', 'refused', 'cancelled')),
	holder text NOT NULL DEFAULT '',
	started_at timestamptz,
	due_at timestamptz,
	finished_at timestamptz,
	worked_us bigint NOT NULL DEFAULT 0,
	finding jsonb,
	PRIMARY KEY (case_id, step),
	CONSTRAINT intake_open_step_has_holder_and_due_time CHECK (
		state IN ('waiting', 'done', 'refused', 'cancelled') OR (holder <> '' AND due_at IS NOT NULL))
) WITH (fillfactor = 60);

-- The sweeper looks for steps that are open and stale.
CREATE INDEX intake_step_open ON intake_step (due_at)
	WHERE state IN ('running', 'needs_input', 'manual', 'awaiting_payment', 'awaiting_company');

-- Every transition of a step or a case, in the order in which the case row was locked.
CREATE TABLE intake_journal (
	case_id bigint NOT NULL,
	id bigint GENERATED ALWAYS AS IDENTITY,
	at timestamptz NOT NULL,
	actor text NOT NULL CHECK (actor <> ''),
	step text NOT NULL,
	state text NOT NULL,
	holder text NOT NULL,
	reason text NOT NULL, -- a code
	words vault_sealed, -- a person's own, which may name anybody; NULL for none
	PRIMARY KEY (case_id, id)
);
CREATE TRIGGER intake_journal_append_only BEFORE UPDATE OR DELETE ON intake_journal
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
CREATE TRIGGER intake_journal_no_truncate BEFORE TRUNCATE ON intake_journal
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Answers given to an Idempotency-Key, per client.
CREATE TABLE intake_key (
	client text NOT NULL,
	key text NOT NULL,
	body_index vault_index NOT NULL, -- of its SHA-256, which alone would let numbers be guessed
	case_id bigint NOT NULL REFERENCES intake_case,
	PRIMARY KEY (client, key)
);
