-- The register: parcels, buildings, units, the rights in them, what restricts
-- them, the contracts filed for them and the numbers of their certificates.
-- Nothing is edited (Regulation art. 10): what ends is closed once, what changes
-- is a new row. Money is fen, areas are hundredths of a square metre.

-- registration_close_once lets an update set the columns that its trigger names,
-- each once and for good, and nothing else.
CREATE FUNCTION registration_close_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	was jsonb := to_jsonb(OLD);
	becomes jsonb := to_jsonb(NEW);
	closing text;
BEGIN
	FOREACH closing IN ARRAY TG_ARGV LOOP
		IF was -> closing <> 'null' AND was -> closing IS DISTINCT FROM becomes -> closing THEN
			RAISE EXCEPTION '%.% is set once', TG_TABLE_NAME, closing USING ERRCODE = 'restrict_violation';
		END IF;
	END LOOP;
	IF was - TG_ARGV IS DISTINCT FROM becomes - TG_ARGV
		AND NOT vault_resealed(TG_RELID, was - TG_ARGV, becomes - TG_ARGV) THEN
		RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END
$$;

-- 宗地
CREATE TABLE registration_parcel (
	code     text PRIMARY KEY CHECK (code ~ '^[0-9]{12}[GJZ][ABCDEFGHLNSWXY][0-9]{5}$'),
	location text NOT NULL,
	area     bigint NOT NULL CHECK (area > 0),
	land_use text NOT NULL
);

-- 自然幢
CREATE TABLE registration_building (
	parcel         text NOT NULL REFERENCES registration_parcel,
	number         text NOT NULL CHECK (number ~ '^[0-9]{4}$'),
	name           text NOT NULL,
	structure      text NOT NULL,
	floors         int NOT NULL CHECK (floors > 0),
	completed_year int NOT NULL CHECK (completed_year BETWEEN 1800 AND 2200),
	PRIMARY KEY (parcel, number)
);

-- 自然状况: what the register, the survey and a right say of the same walls.
CREATE TABLE registration_description (
	id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	location       text NOT NULL CHECK (location <> ''),
	land_use       text NOT NULL,
	house_use      text NOT NULL,
	structure      text NOT NULL,
	land_area      bigint NOT NULL CHECK (land_area >= 0),
	area           bigint NOT NULL CHECK (area > 0),
	exclusive_area bigint NOT NULL CHECK (exclusive_area >= 0),
	shared_area    bigint NOT NULL CHECK (shared_area >= 0),
	floors         int NOT NULL CHECK (floors >= 0),
	floor          int NOT NULL,
	completed_year int NOT NULL CHECK (completed_year BETWEEN 1800 AND 2200)
);

-- 不动产单元. Entries and restrictions lock this row, whatever they touch.
CREATE TABLE registration_unit (
	code           text PRIMARY KEY
		CHECK (code ~ '^[0-9]{12}[GJZ][ABCDEFGHLNSWXY][0-9]{5}(W0{8}|[FLQ][0-9]{8})$'),
	parcel         text NOT NULL REFERENCES registration_parcel CHECK (parcel = left(code, 19)),
	building       text,
	description_id bigint NOT NULL REFERENCES registration_description,
	void_on        date,
	FOREIGN KEY (parcel, building) REFERENCES registration_building (parcel, number)
);

-- 权籍调查: the newest row of a unit is what the survey says now.
CREATE TABLE registration_survey (
	id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit           text NOT NULL REFERENCES registration_unit,
	description_id bigint NOT NULL REFERENCES registration_description,
	surveyed_on    date NOT NULL,
	file_name      text NOT NULL,
	file_sha256    text NOT NULL CHECK (file_sha256 = encode(sha256(file), 'hex')),
	file           bytea NOT NULL,
	sample         boolean NOT NULL
);
CREATE INDEX ON registration_survey (unit);

-- 国有建设用地使用权/房屋所有权. A stock record has no case and no predecessor.
CREATE TABLE registration_right (
	id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit           text NOT NULL REFERENCES registration_unit,
	description_id bigint NOT NULL REFERENCES registration_description,
	co_ownership   text NOT NULL CHECK (co_ownership IN ('sole', 'joint', 'by_shares')),
	holders        int NOT NULL CHECK (holders BETWEEN 1 AND 20),
	land_nature    text NOT NULL CHECK (land_nature IN ('granted', 'allocated')),
	house_nature   text NOT NULL,
	term_from      date,
	term_until     date,
	acquired       text NOT NULL,
	acquired_on    date NOT NULL,
	price          bigint NOT NULL CHECK (price >= 0),
	contract       text UNIQUE,
	predecessor    bigint UNIQUE,
	opened_by_case bigint UNIQUE,
	approved_by    text,
	approved_at    timestamptz,
	entered_at     timestamptz NOT NULL,
	closed_as      text CHECK (closed_as IN ('historical', 'terminated')),
	closed_at      timestamptz,
	closed_by_case bigint UNIQUE,
	UNIQUE (id, unit),
	FOREIGN KEY (predecessor, unit) REFERENCES registration_right (id, unit),
	CHECK ((co_ownership = 'sole') = (holders = 1)),
	CHECK ((term_from IS NULL) = (term_until IS NULL) AND term_from <= term_until),
	CHECK (num_nulls(opened_by_case, contract, approved_by, approved_at) IN (0, 4)),
	CHECK (predecessor IS NULL OR opened_by_case IS NOT NULL),
	CHECK (num_nulls(closed_as, closed_at) IN (0, 2)),
	CHECK (closed_by_case IS NULL OR closed_at IS NOT NULL),
	CHECK (closed_at >= entered_at)
);
-- I5: per unit at most one current ownership group.
CREATE UNIQUE INDEX registration_right_current ON registration_right (unit) WHERE closed_at IS NULL;
CREATE INDEX ON registration_right (unit);

-- 权利人
CREATE TABLE registration_holder (
	right_id  bigint NOT NULL REFERENCES registration_right,
	ordinal   int NOT NULL CHECK (ordinal BETWEEN 1 AND 20),
	name      text NOT NULL CHECK (name <> ''),
	id_kind   text NOT NULL CHECK (id_kind IN ('resident', 'organisation')),
	id_number vault_sealed NOT NULL,
	id_index  vault_index NOT NULL,
	share_num bigint CHECK (share_num > 0),
	share_den bigint CHECK (share_den >= share_num AND share_den <= 1000000000),
	PRIMARY KEY (right_id, ordinal),
	UNIQUE (right_id, id_index),
	CHECK ((share_num IS NULL) = (share_den IS NULL))
);
CREATE INDEX ON registration_holder (id_index);

-- registration_whole_right checks at commit that a right has as many holders as
-- it says and that shares, exact fractions over one denominator, sum to 1 (I5).
CREATE FUNCTION registration_whole_right() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	r registration_right;
	people int;
	shares int;
	common numeric := 1;
	total numeric;
	den bigint;
BEGIN
	IF TG_TABLE_NAME = 'registration_right' THEN
		r := NEW;
	ELSE
		SELECT * INTO r FROM registration_right WHERE id = NEW.right_id;
	END IF;
	SELECT count(*), count(share_num) INTO people, shares FROM registration_holder WHERE right_id = r.id;
	IF people <> r.holders OR shares <> (CASE r.co_ownership WHEN 'by_shares' THEN people ELSE 0 END) THEN
		RAISE EXCEPTION 'right % has % holders with % shares', r.id, people, shares USING ERRCODE = 'check_violation';
	END IF;
	IF shares = 0 THEN
		RETURN NULL;
	END IF;
	FOR den IN SELECT share_den FROM registration_holder WHERE right_id = r.id LOOP
		common := common * den;
	END LOOP;
	SELECT sum(share_num * div(common, share_den)) INTO total FROM registration_holder WHERE right_id = r.id;
	IF total <> common THEN
		RAISE EXCEPTION 'the shares of right % do not sum to 1', r.id USING ERRCODE = 'check_violation';
	END IF;
	RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER whole AFTER INSERT ON registration_right
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registration_whole_right();
CREATE CONSTRAINT TRIGGER whole AFTER INSERT ON registration_holder
	DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION registration_whole_right();

-- The last serial given by an authority in a year, per kind of document. Its row
-- is locked by the entering transaction, so numbers are dense.
CREATE TABLE registration_number (
	authority text NOT NULL,
	year      int NOT NULL CHECK (year BETWEEN 1949 AND 9999),
	kind      text NOT NULL CHECK (kind IN ('certificate', 'proof')),
	last      int NOT NULL CHECK (last > 0),
	PRIMARY KEY (authority, year, kind)
);
CREATE FUNCTION registration_number_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (NEW.authority, NEW.year, NEW.kind) IS DISTINCT FROM (OLD.authority, OLD.year, OLD.kind) OR NEW.last < OLD.last THEN
		RAISE EXCEPTION 'certificate numbers only grow' USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER grows BEFORE UPDATE ON registration_number
	FOR EACH ROW EXECUTE FUNCTION registration_number_grows();

-- registration_number_text writes a number as certificates print it:
-- 湘（2026）岳阳市不动产权第0000001号.
CREATE FUNCTION registration_number_text(authority text, year int, kind text, serial int) RETURNS text
	LANGUAGE sql IMMUTABLE STRICT
	RETURN '湘（' || year || '）' || authority || '不动产' || CASE kind WHEN 'proof' THEN '证明' ELSE '权' END
		|| '第' || lpad(serial::text, greatest(7, length(serial::text)), '0') || '号';

-- Every number given, and what became of its certificate.
CREATE TABLE registration_issued (
	number      text PRIMARY KEY CHECK (number = registration_number_text(authority, year, kind, serial)),
	authority   text NOT NULL,
	year        int NOT NULL,
	kind        text NOT NULL CHECK (kind IN ('certificate', 'proof')),
	serial      int NOT NULL CHECK (serial > 0),
	right_id    bigint REFERENCES registration_right,
	issued_on   date NOT NULL,
	lost_on     date,
	voided_at   timestamptz,
	void_reason text,
	UNIQUE (authority, year, kind, serial),
	CHECK ((voided_at IS NULL) = (void_reason IS NULL)),
	CHECK (right_id IS NOT NULL OR voided_at IS NOT NULL)
);
-- One live certificate per right.
CREATE UNIQUE INDEX ON registration_issued (right_id) WHERE voided_at IS NULL;
CREATE INDEX ON registration_issued (right_id);

-- 抵押权
CREATE TABLE registration_mortgage (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit          text NOT NULL REFERENCES registration_unit,
	mortgagee     text NOT NULL,
	mortgagee_id  vault_sealed, -- NULL where an old register has none
	maximum       boolean NOT NULL,
	secured       bigint NOT NULL CHECK (secured > 0),
	debt_from     date NOT NULL,
	debt_until    date NOT NULL CHECK (debt_until >= debt_from),
	proof         text NOT NULL UNIQUE,
	transfer_ban  boolean NOT NULL,
	registered_on date NOT NULL,
	ended_on      date CHECK (ended_on >= registered_on)
);
CREATE INDEX ON registration_mortgage (unit);

-- 查封: of a unit or of a whole parcel; served_at ranks the waiting ones.
CREATE TABLE registration_seizure (
	id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit            text REFERENCES registration_unit,
	parcel          text REFERENCES registration_parcel,
	pre             boolean NOT NULL,
	court           text NOT NULL CHECK (court <> ''),
	document        text NOT NULL CHECK (document <> ''),
	served_at       timestamptz NOT NULL,
	from_on         date NOT NULL,
	expires_on      date,
	renews          bigint REFERENCES registration_seizure,
	lifted_on       date,
	lifted_document text,
	CHECK (num_nonnulls(unit, parcel) = 1),
	CHECK (expires_on >= from_on AND expires_on <= from_on + interval '3 years'),
	CHECK (renews IS NULL OR expires_on IS NOT NULL),
	CHECK ((lifted_on IS NULL) = (lifted_document IS NULL))
);
CREATE INDEX ON registration_seizure (unit);
CREATE INDEX ON registration_seizure (parcel);

-- 锁定
CREATE TABLE registration_lock (
	id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit        text REFERENCES registration_unit,
	parcel      text REFERENCES registration_parcel,
	certificate text REFERENCES registration_issued,
	authority   text NOT NULL,
	document    text NOT NULL,
	locked_on   date NOT NULL,
	released_on date CHECK (released_on >= locked_on),
	CHECK (num_nonnulls(unit, parcel, certificate) = 1)
);
CREATE INDEX ON registration_lock (unit);
CREATE INDEX ON registration_lock (parcel);
CREATE INDEX ON registration_lock (certificate);

-- 异议登记
CREATE TABLE registration_objection (
	id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit          text NOT NULL REFERENCES registration_unit,
	objector      text NOT NULL,
	objector_id   vault_sealed, -- NULL where an old register has none
	registered_at timestamptz NOT NULL,
	sued_on       date,
	closed_on     date
);
CREATE INDEX ON registration_objection (unit);

-- 预告登记
CREATE TABLE registration_prenotice (
	id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit           text NOT NULL REFERENCES registration_unit,
	mortgage       boolean NOT NULL,
	holder         text NOT NULL,
	id_kind        text NOT NULL CHECK (id_kind IN ('resident', 'organisation')),
	id_number      vault_sealed NOT NULL,
	registered_on  date NOT NULL,
	registrable_on date,
	closed_on      date,
	closed_by_case bigint,
	CHECK (closed_by_case IS NULL OR closed_on IS NOT NULL)
);
CREATE INDEX ON registration_prenotice (unit);

-- 网签备案: the contract as the housing bureau holds it. It may name a unit that
-- the register does not hold; that is a finding, not a broken reference.
CREATE TABLE registration_contract (
	number            text PRIMARY KEY CHECK (length(number) BETWEEN 1 AND 50),
	unit              text NOT NULL,
	area              bigint NOT NULL CHECK (area > 0),
	price             bigint NOT NULL CHECK (price > 0),
	co_ownership      text NOT NULL CHECK (co_ownership IN ('sole', 'joint', 'by_shares')),
	signed_on         date NOT NULL,
	filed_on          date NOT NULL,
	revoked_on        date,
	fulfilled_at      timestamptz,
	fulfilled_by_case bigint UNIQUE,
	CHECK ((fulfilled_at IS NULL) = (fulfilled_by_case IS NULL)),
	CHECK (revoked_on IS NULL OR fulfilled_at IS NULL)
);
CREATE TABLE registration_contract_party (
	contract  text NOT NULL REFERENCES registration_contract,
	side      text NOT NULL CHECK (side IN ('seller', 'buyer')),
	ordinal   int NOT NULL CHECK (ordinal BETWEEN 1 AND 20),
	name      text NOT NULL,
	id_kind   text NOT NULL CHECK (id_kind IN ('resident', 'organisation')),
	id_number vault_sealed NOT NULL,
	id_index  vault_index NOT NULL,
	phone     vault_sealed, -- as the housing bureau has it
	share_num bigint CHECK (share_num > 0),
	share_den bigint CHECK (share_den >= share_num),
	PRIMARY KEY (contract, side, ordinal),
	CHECK ((share_num IS NULL) = (share_den IS NULL))
);
CREATE INDEX ON registration_contract_party (id_index);

-- Days that are not as their weekday says (节假日与调休); the office fills it from
-- the yearly notice of the State Council. Without a row weekends alone count.
CREATE TABLE registration_holiday (
	day     date PRIMARY KEY,
	working boolean NOT NULL,
	source  text NOT NULL
);

-- What is never changed at all, and what is only ever closed.
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON registration_parcel
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON registration_building
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON registration_description
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE UPDATE OR DELETE OR TRUNCATE ON registration_survey
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_holder
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reseal BEFORE UPDATE ON registration_holder
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_contract_party
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER reseal BEFORE UPDATE ON registration_contract_party
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_number
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_unit
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_right
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_issued
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_mortgage
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_seizure
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_lock
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_objection
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_prenotice
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER keep BEFORE DELETE OR TRUNCATE ON registration_contract
	FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TRIGGER close_once BEFORE UPDATE ON registration_unit
	FOR EACH ROW EXECUTE FUNCTION registration_close_once('void_on');
CREATE TRIGGER close_once BEFORE UPDATE ON registration_right
	FOR EACH ROW EXECUTE FUNCTION registration_close_once('closed_as', 'closed_at', 'closed_by_case');
CREATE TRIGGER close_once BEFORE UPDATE ON registration_issued
	FOR EACH ROW EXECUTE FUNCTION registration_close_once('lost_on', 'voided_at', 'void_reason');
CREATE TRIGGER close_once BEFORE UPDATE ON registration_mortgage
	FOR EACH ROW EXECUTE FUNCTION registration_close_once('ended_on');
CREATE TRIGGER close_once BEFORE UPDATE ON registration_seizure
	FOR EACH ROW EXECUTE FUNCTION registration_close_once('lifted_on', 'lifted_document');
CREATE TRIGGER close_once BEFORE UPDATE ON registration_lock
	FOR EACH ROW EXECUTE FUNCTION registration_close_once('released_on');
CREATE TRIGGER close_once BEFORE UPDATE ON registration_objection
	FOR EACH ROW EXECUTE FUNCTION registration_close_once('sued_on', 'closed_on');
CREATE TRIGGER close_once BEFORE UPDATE ON registration_prenotice
	FOR EACH ROW EXECUTE FUNCTION registration_close_once('registrable_on', 'closed_on', 'closed_by_case');
CREATE TRIGGER close_once BEFORE UPDATE ON registration_contract
	FOR EACH ROW EXECUTE FUNCTION registration_close_once('revoked_on', 'fulfilled_at', 'fulfilled_by_case');
