-- Payment: a bill for each payer, its fee, what the gateway says of its order, what
-- was paid more than is owed, and what is given back. Amounts never change; a bill
-- and a refund only go forward. Money is fen.

ALTER TABLE tax_bill
	DROP CONSTRAINT tax_bill_state_check,
	DROP CONSTRAINT tax_bill_check,
	DROP CONSTRAINT tax_bill_check1,
	ADD COLUMN payer text NOT NULL DEFAULT 'both' CHECK (payer IN ('buyer', 'seller', 'both')), -- both: before 013
	ADD COLUMN person int NOT NULL DEFAULT 0 CHECK (person >= 0),
	ADD COLUMN items jsonb NOT NULL DEFAULT '[]',
	ADD COLUMN expires_at timestamptz NOT NULL DEFAULT 'infinity',
	ADD COLUMN page text NOT NULL DEFAULT '', -- of the gateway's order, or a code to be scanned
	ADD COLUMN voucher text NOT NULL DEFAULT '', -- as received from the tax side
	ADD COLUMN treasury_at timestamptz,
	ADD COLUMN ended_at timestamptz, -- void or expired
	ADD COLUMN order_closed_at timestamptz,
	ADD CONSTRAINT tax_bill_state CHECK (state IN ('open', 'paid', 'treasury', 'void', 'expired')),
	ADD CONSTRAINT tax_bill_is_paid_at CHECK (state NOT IN ('paid', 'treasury') OR paid_at IS NOT NULL),
	ADD CONSTRAINT tax_bill_is_in_the_treasury_at CHECK ((state = 'treasury') <= (treasury_at IS NOT NULL)),
	ADD CONSTRAINT tax_bill_ended_at CHECK ((state IN ('void', 'expired')) = (ended_at IS NOT NULL)),
	ADD CONSTRAINT tax_bill_of_nothing_is_paid CHECK (state <> 'open' OR amount_fen > 0);
ALTER TABLE tax_bill ALTER COLUMN payer DROP DEFAULT, ALTER COLUMN expires_at DROP DEFAULT;
DROP INDEX tax_bill_one_open;
CREATE UNIQUE INDEX tax_bill_one_live ON tax_bill (case_id, payer, person)
	WHERE state IN ('open', 'paid', 'treasury');
CREATE INDEX tax_bill_asked ON tax_bill (id) WHERE state = 'open' OR ended_at IS NOT NULL AND order_closed_at IS NULL;

-- tax_bill_goes_forward lets a bill move on, and change in nothing that somebody owes.
CREATE FUNCTION tax_bill_goes_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE'
		OR OLD.state <> NEW.state AND OLD.state || '>' || NEW.state NOT IN (
			'open>paid', 'open>treasury', 'open>void', 'open>expired', 'paid>treasury', 'paid>void', 'treasury>void')
		OR (NEW.id, NEW.case_id, NEW.ref, NEW.amount_fen, NEW.opened_at, NEW.payer, NEW.person, NEW.items, NEW.expires_at)
			IS DISTINCT FROM
			(OLD.id, OLD.case_id, OLD.ref, OLD.amount_fen, OLD.opened_at, OLD.payer, OLD.person, OLD.items, OLD.expires_at)
		OR OLD.paid_at IS NOT NULL AND NEW.paid_at IS DISTINCT FROM OLD.paid_at
		OR OLD.voucher <> '' AND NEW.voucher <> OLD.voucher
	THEN
		RAISE EXCEPTION 'tax_bill only goes forward' USING ERRCODE = 'restrict_violation';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER tax_bill_goes_forward BEFORE UPDATE OR DELETE ON tax_bill
	FOR EACH ROW EXECUTE FUNCTION tax_bill_goes_forward();
DROP TRIGGER tax_bill_pays_once ON tax_bill;
DROP FUNCTION tax_bill_pays_once;

-- A payment settles its bill, or it is money for which nothing is owed (excess): a
-- late one, a second one, one of another amount.
ALTER TABLE tax_payment
	DROP CONSTRAINT tax_payment_pkey,
	DROP CONSTRAINT tax_payment_order_id_key,
	ADD PRIMARY KEY (order_id),
	ADD COLUMN excess text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX tax_payment_settles_once ON tax_payment (ref) WHERE excess = '';
CREATE INDEX tax_payment_of_bill ON tax_payment (ref);
CREATE INDEX tax_payment_paid_at ON tax_payment (paid_at);

-- 退款: money that goes back to who paid it, under a reference of its own.
CREATE TABLE tax_refund (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	ref        text NOT NULL UNIQUE CHECK (ref <> ''),
	order_id   text NOT NULL REFERENCES tax_payment,
	amount_fen bigint NOT NULL CHECK (amount_fen > 0),
	why        text NOT NULL CHECK (why <> ''),
	asked_by   text NOT NULL CHECK (asked_by <> ''),
	words      vault_sealed, -- a person's, who wanted it
	state      text NOT NULL CHECK (state IN ('due', 'asked', 'done', 'failed')),
	due_at     timestamptz NOT NULL,
	ended_at   timestamptz,
	CHECK ((state IN ('done', 'failed')) = (ended_at IS NOT NULL))
);
CREATE INDEX tax_refund_of_payment ON tax_refund (order_id);
CREATE INDEX tax_refund_open ON tax_refund (id) WHERE state IN ('due', 'asked');

-- tax_refund_fits keeps a refund as it was asked for, and all of them together
-- within their payment. The payment's row is locked: two that race meet here.
CREATE FUNCTION tax_refund_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	paid bigint;
BEGIN
	IF TG_OP = 'DELETE' OR TG_OP = 'UPDATE' AND ((NEW.id, NEW.ref, NEW.order_id, NEW.amount_fen, NEW.why, NEW.asked_by)
			IS DISTINCT FROM (OLD.id, OLD.ref, OLD.order_id, OLD.amount_fen, OLD.why, OLD.asked_by)
		OR OLD.state = 'done' AND NEW.state <> 'done') THEN
		RAISE EXCEPTION 'tax_refund only goes forward' USING ERRCODE = 'restrict_violation';
	END IF;
	SELECT amount_fen INTO paid FROM tax_payment WHERE order_id = NEW.order_id FOR UPDATE;
	IF NEW.amount_fen + (SELECT coalesce(sum(amount_fen), 0) FROM tax_refund
			WHERE order_id = NEW.order_id AND id <> NEW.id AND state <> 'failed') > paid THEN
		RAISE EXCEPTION 'more than was paid cannot be given back' USING ERRCODE = 'check_violation';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER tax_refund_fits BEFORE INSERT OR UPDATE OR DELETE ON tax_refund
	FOR EACH ROW EXECUTE FUNCTION tax_refund_fits();

-- 收费标准的采纳, as tax_adoption: what an office works with of the fee table.
CREATE TABLE tax_fee_adoption (
	id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	fee      text NOT NULL,
	region   text NOT NULL CHECK (region ~ '^[0-9]{2,6}$'),
	value    bigint NOT NULL,
	from_on  date NOT NULL,
	to_on    date CHECK (to_on >= from_on),
	office   text NOT NULL CHECK (office <> ''),
	by       text NOT NULL CHECK (by <> ''),
	on_day   date NOT NULL,
	document text NOT NULL CHECK (document <> ''),
	sample   boolean NOT NULL,
	UNIQUE NULLS NOT DISTINCT (fee, region, value, from_on, to_on, office, by, on_day, document)
);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_fee_adoption FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- 收费确认: a person takes the proposed fee of a case as their own.
CREATE TABLE tax_fee_confirmation (
	case_id      bigint PRIMARY KEY,
	officer      text NOT NULL CHECK (officer <> ''),
	confirmed_at timestamptz NOT NULL
);
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON tax_fee_confirmation
	FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- 对账: one row for each day whose bill file was compared, with what did not match.
CREATE TABLE tax_reconciliation (
	day      date PRIMARY KEY,
	trades   int NOT NULL,
	findings jsonb NOT NULL,
	at       timestamptz NOT NULL
);

-- A letter may be about money of which no case is known.
ALTER TABLE jobs_dead_letter
	DROP CONSTRAINT jobs_a_letter_is_about_something,
	ADD CONSTRAINT jobs_a_letter_is_about_something CHECK (coalesce(case_id, notice_id) IS NOT NULL OR step = 'money');
