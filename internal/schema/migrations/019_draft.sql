-- What somebody had typed when their session turned out to be locked or over, kept
-- for them alone and for a while.

CREATE TABLE draft (
	person text PRIMARY KEY REFERENCES access_person ON DELETE CASCADE, -- the newest of each is kept
	page text NOT NULL CHECK (page LIKE '/%'), -- on which it was typed
	form vault_sealed NOT NULL, -- as browsers write forms
	expires_at timestamptz NOT NULL
);
CREATE INDEX draft_expiry ON draft (expires_at);
