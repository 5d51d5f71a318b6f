-- Who may act: people with accounts, the keys of their programs, their sessions,
-- and what is under way between a first proof and a session. Of drawn secrets only
-- the SHA-256 is kept, of chosen ones the argon2id hash.

CREATE TABLE access_person (
	id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
	name text NOT NULL CHECK (name <> ''),
	role text NOT NULL CHECK (role IN ('clerk', 'reviewer', 'registrar', 'tax_officer', 'supervisor', 'company',
		'system_admin', 'security_admin', 'audit_admin')),
	office text NOT NULL DEFAULT '',
	company text NOT NULL DEFAULT '',
	password text NOT NULL DEFAULT '', -- '' opens nothing
	one_time boolean NOT NULL DEFAULT false, -- the password leads only to choosing another
	seed vault_sealed, -- of the codes of the second proof, sealed
	last_step bigint NOT NULL DEFAULT 0, -- of the last code that was used
	failures integer NOT NULL DEFAULT 0, -- in a row
	locked_until timestamptz,
	disabled boolean NOT NULL DEFAULT false,
	demonstration boolean NOT NULL DEFAULT false,
	CONSTRAINT access_office_fits_role CHECK (
		(office = '') = (role IN ('company', 'system_admin', 'security_admin', 'audit_admin'))),
	CONSTRAINT access_company_fits_role CHECK ((company = '') = (role <> 'company'))
);

-- Keys of programs. Several of one person are valid at a time, so that they are
-- exchanged without a gap.
CREATE TABLE access_key (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	person text NOT NULL REFERENCES access_person,
	label text NOT NULL,
	hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
	drawn_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL CHECK (expires_at > drawn_at),
	revoked_at timestamptz
);
CREATE INDEX access_key_person ON access_key (person);

-- Between the page that asks for the password and the one that asks for the code.
-- What the password was worth is kept here and told to nobody.
CREATE TABLE access_attempt (
	token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
	person text REFERENCES access_person ON DELETE CASCADE, -- null: no such account
	passed boolean NOT NULL,
	fresh boolean NOT NULL, -- a password and a device have to be chosen first
	password text NOT NULL DEFAULT '', -- the new one
	seed vault_sealed,
	expires_at timestamptz NOT NULL
);
CREATE INDEX access_attempt_expiry ON access_attempt (expires_at);

-- Who a provider of identities (OpenID Connect) says somebody is, and which
-- account of ours that is.
CREATE TABLE access_subject (
	issuer text NOT NULL,
	subject text NOT NULL,
	person text NOT NULL REFERENCES access_person,
	PRIMARY KEY (issuer, subject)
);

CREATE TABLE access_session (
	token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
	person text REFERENCES access_person, -- null: a citizen
	case_number text NOT NULL DEFAULT '', -- the citizen's
	party text NOT NULL DEFAULT '', -- which of its parties, as a path of the application
	name text NOT NULL DEFAULT '', -- the citizen's, masked
	opened_at timestamptz NOT NULL,
	seen_at timestamptz NOT NULL,
	proved_at timestamptz NOT NULL, -- when password and code were given last
	expires_at timestamptz NOT NULL CHECK (expires_at > opened_at),
	elsewhere boolean NOT NULL DEFAULT false, -- ended by a newer session of the same person
	CONSTRAINT access_session_is_of_one_kind CHECK ((person IS NULL) = (case_number <> ''))
);
CREATE UNIQUE INDEX access_one_session_per_person ON access_session (person) WHERE NOT elsewhere;
CREATE INDEX access_session_expiry ON access_session (expires_at);

-- One-time codes of citizens, by the acceptance or contract number that somebody
-- typed, whether there is such a one or not. Number and codes are blind indexes.
CREATE TABLE access_code (
	number vault_index PRIMARY KEY,
	codes bytea[] NOT NULL, -- one for each party with a telephone
	parties text[] NOT NULL,
	names text[] NOT NULL, -- masked
	case_number text NOT NULL,
	drawn_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	tries integer NOT NULL DEFAULT 0,
	draws integer NOT NULL DEFAULT 1, -- since
	since timestamptz NOT NULL
);
CREATE INDEX access_code_since ON access_code (since);
