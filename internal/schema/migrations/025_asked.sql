-- One-time codes of citizens belong to who asked for them: a browser, or an address.
-- Those of others cannot be tried, used up or replaced. access_code is left to programs
-- of the version before.
CREATE TABLE access_asked (
	number vault_index NOT NULL, -- as somebody typed it, whether there is such a one or not
	asker vault_index NOT NULL,
	codes bytea[] NOT NULL DEFAULT '{}', -- one for each party who was sent one
	parties text[] NOT NULL DEFAULT '{}',
	names text[] NOT NULL DEFAULT '{}', -- masked
	phones bytea[] NOT NULL DEFAULT '{}', -- blind indexes
	case_number text NOT NULL DEFAULT '',
	drawn_at timestamptz NOT NULL,
	expires_at timestamptz NOT NULL,
	tries integer NOT NULL DEFAULT 0,
	PRIMARY KEY (number, asker)
);
CREATE INDEX access_asked_drawn ON access_asked (drawn_at);

-- How many codes were drawn within a day: for one number from one address, and for one
-- telephone by strangers and by browsers that have come in with it before.
CREATE TABLE access_draw (
	whose vault_index NOT NULL,
	kind text NOT NULL CHECK (kind IN ('address', 'strangers', 'known')),
	draws integer NOT NULL,
	since timestamptz NOT NULL,
	PRIMARY KEY (whose, kind)
);
CREATE INDEX access_draw_since ON access_draw (since);

-- Browsers from which the holder of a telephone has come in.
CREATE TABLE access_known (
	browser bytea NOT NULL CHECK (octet_length(browser) = 32), -- SHA-256 of its token
	phone vault_index NOT NULL,
	expires_at timestamptz NOT NULL,
	PRIMARY KEY (browser, phone)
);
CREATE INDEX access_known_expiry ON access_known (expires_at);
