-- Materials of cases (docs/FILES.md): contents, each once, and which case they belong to.

-- A content as it is kept, under the SHA-256 of what it is unsealed.
CREATE TABLE files_content (
	hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
	media text NOT NULL CHECK (media IN ('application/pdf', 'image/jpeg', 'image/png')),
	size bigint NOT NULL CHECK (size > 0), -- bytes, unsealed
	pages int NOT NULL CHECK (pages > 0),
	place text NOT NULL CHECK (place IN ('database', 'bucket')),
	content vault_sealed NOT NULL, -- in a bucket: the key and the name of the object
	kept_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE files_content ALTER COLUMN content SET STORAGE EXTERNAL; -- what is sealed does not shrink
CREATE TRIGGER files_content_append_only BEFORE UPDATE OR DELETE ON files_content
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
CREATE TRIGGER files_content_no_truncate BEFORE TRUNCATE ON files_content
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A file that somebody handed in for a case (材料).
CREATE TABLE files_material (
	id text PRIMARY KEY CHECK (id ~ '^[A-Z2-7]{26}$'),
	case_id bigint NOT NULL REFERENCES intake_case,
	kind text NOT NULL CHECK (kind <> ''),
	name vault_sealed NOT NULL,
	hash bytea NOT NULL REFERENCES files_content,
	added_by text NOT NULL CHECK (added_by <> ''),
	added_at timestamptz NOT NULL DEFAULT now(),
	client text NOT NULL, -- with key and body: what tells a resend
	key text NOT NULL CHECK (key <> ''),
	body_index vault_index NOT NULL,
	CONSTRAINT files_one_material_per_key UNIQUE (client, key)
);
CREATE INDEX files_material_case ON files_material (case_id, added_at);
CREATE TRIGGER files_material_append_only BEFORE UPDATE OR DELETE ON files_material
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
CREATE TRIGGER files_material_no_truncate BEFORE TRUNCATE ON files_material
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
