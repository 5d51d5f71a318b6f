-- Who may act: staff and their open sessions. Secrets and tokens are drawn by the
-- program, never chosen by people, and only their SHA-256 is kept.

CREATE TABLE access_staff (
	id text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
	name text NOT NULL CHECK (name <> ''),
	role text NOT NULL CHECK (role IN ('clerk', 'reviewer', 'registrar', 'tax_officer', 'supervisor', 'company',
		'system_admin', 'security_admin', 'audit_admin')),
	office text NOT NULL DEFAULT '',
	company text NOT NULL DEFAULT '',
	secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) = 32),
	CONSTRAINT access_office_fits_role CHECK (
		(office = '') = (role IN ('company', 'system_admin', 'security_admin', 'audit_admin'))),
	CONSTRAINT access_company_fits_role CHECK ((company = '') = (role <> 'company'))
);

CREATE TABLE access_session (
	token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
	staff text NOT NULL REFERENCES access_staff,
	opened_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL CHECK (expires_at > opened_at)
);
CREATE INDEX access_session_expiry ON access_session (expires_at);
CREATE INDEX access_session_staff ON access_session (staff);
