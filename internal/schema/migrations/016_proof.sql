-- A proof is given for one action, and signing in is none.
ALTER TABLE access_session ALTER COLUMN proved_at DROP NOT NULL;
UPDATE access_session SET proved_at = NULL;
COMMENT ON COLUMN access_session.proved_at IS
	'when password and code were given last, for an action that has not happened yet';
