-- Guesses in an open session, and on a device that its person has signed in from,
-- are counted for themselves: strangers who guess at an account bar neither.
ALTER TABLE access_session
	ADD COLUMN failures integer NOT NULL DEFAULT 0, -- in a row
	ADD COLUMN locked_until timestamptz;

CREATE TABLE access_device (
	hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32), -- SHA-256 of the browser's token and the person
	person text NOT NULL REFERENCES access_person ON DELETE CASCADE,
	failures integer NOT NULL DEFAULT 0, -- in a row
	locked_until timestamptz,
	expires_at timestamptz NOT NULL
);
CREATE INDEX access_device_person ON access_device (person);
CREATE INDEX access_device_expiry ON access_device (expires_at);
