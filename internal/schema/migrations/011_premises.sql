-- What this database is for. Its first start decides, for good: sandbox offices
-- and demonstration accounts have no business in the register of a city.
CREATE TABLE premises_use (
	one boolean PRIMARY KEY DEFAULT true CHECK (one), -- there is one row
	use text NOT NULL CHECK (use IN ('live', 'rehearsal', 'demonstration')),
	since timestamptz NOT NULL DEFAULT now()
);
CREATE TRIGGER premises_use_stands BEFORE UPDATE OR DELETE ON premises_use
	FOR EACH ROW EXECUTE FUNCTION refuse_change();
