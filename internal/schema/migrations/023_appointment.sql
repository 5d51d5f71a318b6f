-- 预约: visits to the window of a registration office, by half-hour slots. Each place of a
-- slot is a row of its own, so that a constraint, and no count, keeps it from being given twice.

CREATE TABLE intake_appointment (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	office text NOT NULL CHECK (office ~ '^[0-9]{6}$'),
	slot timestamptz NOT NULL, -- when it begins
	place int NOT NULL CHECK (place > 0),
	number text NOT NULL CHECK (number <> ''), -- of a case or a contract
	party text NOT NULL CHECK (party ~ '^(sellers|buyers)\[[0-9]+\]$'),
	purpose text NOT NULL CHECK (purpose IN ('apply', 'tax', 'supplement', 'collect', 'advice')),
	key text CHECK (key <> ''), -- Idempotency-Key
	booked_at timestamptz NOT NULL DEFAULT now(),
	cancelled_at timestamptz, -- or moved to another slot
	passed_at timestamptz, -- when the party booked anew after its time had come
	CONSTRAINT intake_appointment_ends_once CHECK (cancelled_at IS NULL OR passed_at IS NULL)
);
CREATE UNIQUE INDEX intake_appointment_place ON intake_appointment (office, slot, place) WHERE cancelled_at IS NULL;
CREATE UNIQUE INDEX intake_appointment_party ON intake_appointment (number, party)
	WHERE cancelled_at IS NULL AND passed_at IS NULL;
CREATE UNIQUE INDEX intake_appointment_key ON intake_appointment (number, party, key) WHERE key IS NOT NULL;
