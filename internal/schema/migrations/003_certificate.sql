-- Documents issued for entries of the register (不动产权证书).

-- One document per entry, kind and keeper, with what it says and the bytes that
-- say it: rendered again, sheet gives pdf.
CREATE TABLE certificate_document (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	entry_id  bigint NOT NULL REFERENCES registration_right,
	case_id   bigint NOT NULL,
	kind      text NOT NULL CHECK (kind IN ('certificate', 'proof')),
	keeper    text NOT NULL, -- empty for the one certificate of all holders
	number    text NOT NULL UNIQUE,
	verify_id text NOT NULL UNIQUE CHECK (verify_id ~ '^[A-Z2-7]{26}$'), -- 128 bits
	sheet     jsonb NOT NULL,
	pdf       bytea NOT NULL,
	sha256    bytea NOT NULL CHECK (sha256 = sha256(pdf)),
	issued_at timestamptz NOT NULL,
	UNIQUE (entry_id, kind, keeper)
);
CREATE INDEX ON certificate_document (case_id);
ALTER TABLE certificate_document ALTER pdf SET STORAGE EXTERNAL; -- it is compressed already
CREATE TRIGGER certificate_document_append_only BEFORE UPDATE OR DELETE ON certificate_document
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_document_no_truncate BEFORE TRUNCATE ON certificate_document
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- To whom the printed document was given, once.
CREATE TABLE certificate_handover (
	document_id bigint PRIMARY KEY REFERENCES certificate_document,
	party       text NOT NULL CHECK (party <> ''), -- a path of the application
	given_by    text NOT NULL CHECK (given_by <> ''),
	at          timestamptz NOT NULL
);
CREATE TRIGGER certificate_handover_append_only BEFORE UPDATE OR DELETE ON certificate_handover
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER certificate_handover_no_truncate BEFORE TRUNCATE ON certificate_handover
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
