-- Tax: what other offices know, what the office has adopted, what each case owes
-- and what was paid. Assessments, their lines and payments are never edited; a
-- bill changes once, from open to paid. Money is fen.

-- 采纳: a value of an unverified parameter that an office works with.
CREATE TABLE tax_adoption (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	param    text NOT NULL,
	region   text NOT NULL CHECK (region ~ '^[0-9]{2,6}$'),
	value    bigint NOT NULL,
	from_on  date NOT NULL,
	to_on    date CHECK (to_on >= from_on),
	office   text NOT NULL CHECK (office <> ''),
	by       text NOT NULL CHECK (by <> ''),
	on_day   date NOT NULL,
	document text NOT NULL CHECK (document <> ''),
	sample   boolean NOT NULL,
	UNIQUE NULLS NOT DISTINCT (param, region, value, from_on, to_on, office, by, on_day, document)
);

-- 家庭, as civil affairs knows it.
CREATE TABLE tax_household (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	changed_on date -- last marriage or divorce
);

CREATE TABLE tax_household_member (
	id_index     vault_index PRIMARY KEY,
	id_number    vault_sealed NOT NULL,
	household_id bigint NOT NULL REFERENCES tax_household,
	role         text NOT NULL CHECK (role IN ('self', 'spouse', 'minor_child'))
);
CREATE INDEX ON tax_household_member (household_id);

-- 评估价格, the newest valuation of a unit standing.
CREATE TABLE tax_valuation (
	id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	unit      text NOT NULL,
	value_fen bigint NOT NULL CHECK (value_fen > 0),
	valued_on date NOT NULL,
	document  text NOT NULL
);
CREATE INDEX ON tax_valuation (unit, valued_on);

-- 上手: how the present owner came to the unit and what that cost.
CREATE TABLE tax_prior (
	unit           text PRIMARY KEY,
	acquired_by    text NOT NULL,
	certificate_on date,
	voucher_on     date,
	predecessor_on date,
	voucher        text NOT NULL,
	cost_proven    text NOT NULL CHECK (cost_proven IN ('yes', 'no', 'unknown')),
	price_fen      bigint NOT NULL CHECK (price_fen >= 0),
	deed_tax_fen   bigint NOT NULL CHECK (deed_tax_fen >= 0),
	decoration_fen bigint NOT NULL CHECK (decoration_fen >= 0),
	interest_fen   bigint NOT NULL CHECK (interest_fen >= 0),
	fees_fen       bigint NOT NULL CHECK (fees_fen >= 0)
);

-- 核定: one per case, with everything needed to repeat it.
CREATE TABLE tax_assessment (
	case_id  bigint PRIMARY KEY,
	rule_set text NOT NULL,
	facts    vault_sealed NOT NULL, -- JSON: the parties, by a digest, and their family
	adopted  jsonb NOT NULL,
	manual   jsonb NOT NULL,
	without  jsonb NOT NULL
);

CREATE TABLE tax_line (
	case_id     bigint NOT NULL REFERENCES tax_assessment,
	ordinal     int NOT NULL,
	tax         text NOT NULL,
	payer       text NOT NULL CHECK (payer IN ('buyer', 'seller')),
	person      int NOT NULL,
	base_fen    bigint NOT NULL,
	rate_bp     bigint NOT NULL,
	due_fen     bigint NOT NULL CHECK (due_fen >= 0),
	relief_fen  bigint NOT NULL CHECK (relief_fen >= 0),
	payable_fen bigint NOT NULL CHECK (payable_fen >= 0 AND payable_fen = due_fen - relief_fen),
	reason      text NOT NULL CHECK (reason <> '' OR payable_fen > 0 AND relief_fen = 0),
	rule        text NOT NULL,
	settled     jsonb NOT NULL,
	PRIMARY KEY (case_id, ordinal)
);

-- 人工确认: an officer settles a manual assessment with the proposed figures.
CREATE TABLE tax_confirmation (
	case_id      bigint PRIMARY KEY REFERENCES tax_assessment,
	officer      text NOT NULL CHECK (officer <> ''),
	reason       text NOT NULL CHECK (reason <> ''),
	confirmed_at timestamptz NOT NULL
);

CREATE TABLE tax_bill (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	case_id    bigint NOT NULL REFERENCES tax_assessment,
	ref        text NOT NULL UNIQUE CHECK (ref <> ''),
	amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
	state      text NOT NULL CHECK (state IN ('open', 'paid')),
	opened_at  timestamptz NOT NULL,
	paid_at    timestamptz,
	CHECK ((state = 'paid') = (paid_at IS NOT NULL)),
	CHECK (state = 'paid' OR amount_fen > 0)
);
CREATE UNIQUE INDEX tax_bill_one_open ON tax_bill (case_id) WHERE state = 'open';
CREATE INDEX ON tax_bill (case_id);

CREATE TABLE tax_payment (
	ref        text PRIMARY KEY REFERENCES tax_bill (ref),
	order_id   text NOT NULL UNIQUE,
	amount_fen bigint NOT NULL CHECK (amount_fen > 0),
	paid_at    timestamptz NOT NULL
);

-- tax_bill_pays_once lets a bill become paid, once, and change in nothing else.
CREATE FUNCTION tax_bill_pays_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' OR OLD.state <> 'open' OR NEW.state <> 'paid'
		OR (NEW.id, NEW.case_id, NEW.ref, NEW.amount_fen, NEW.opened_at)
			IS DISTINCT FROM (OLD.id, OLD.case_id, OLD.ref, OLD.amount_fen, OLD.opened_at) THEN
		RAISE EXCEPTION 'tax_bill only becomes paid' USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER tax_bill_pays_once BEFORE UPDATE OR DELETE ON tax_bill
	FOR EACH ROW EXECUTE FUNCTION tax_bill_pays_once();

CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_adoption FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_valuation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_assessment
	FOR EACH ROW EXECUTE FUNCTION vault_refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_line FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_confirmation FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_payment FOR EACH ROW EXECUTE FUNCTION refuse_change();
