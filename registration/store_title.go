package registration

import (
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// queueTitle reads a title in one round trip.
func queueTitle(batch *pgx.Batch, unit UnitCode, t *Title) {
	queueUnit(batch, unit, &t.Unit)
	queueSurvey(batch, unit, &t.Survey)
	queueRights(batch, `r.unit = $1`, string(unit), &t.Rights)
	queueMortgages(batch, unit, &t.Mortgages)
	queueSeizures(batch, unit, &t.Seizures)
	queueLocks(batch, unit, &t.Locks)
	queueObjections(batch, unit, &t.Objections)
	queuePreNotices(batch, unit, &t.PreNotices)
	queueCalendar(batch, unit, &t.Calendar)
}

const descriptionColumns = `d.location, d.land_use, d.house_use, d.structure, d.land_area, d.area,
	d.exclusive_area, d.shared_area, d.floors, d.floor, d.completed_year`

// columns are the destinations of descriptionColumns.
func (d *Description) columns() []any {
	return []any{&d.Location, &d.LandUse, &d.HouseUse, &d.Structure, &d.LandArea, &d.Area,
		&d.Exclusive, &d.Shared, &d.Floors, &d.Floor, &d.CompletedYear}
}

func queueUnit(batch *pgx.Batch, unit UnitCode, u *Unit) {
	batch.Queue(`
		SELECT u.code, coalesce(u.building, ''), coalesce(u.void_on, '0001-01-01'), `+descriptionColumns+`
		FROM registration_unit u
		JOIN registration_description d ON d.id = u.description_id
		WHERE u.code = $1`, string(unit)).QueryRow(func(row pgx.Row) error {
		err := row.Scan(append([]any{&u.Code, &u.Building, &u.VoidOn}, u.Description.columns()...)...)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNoUnit
		}
		return err
	})
}

func queueSurvey(batch *pgx.Batch, unit UnitCode, s *Survey) {
	batch.Queue(`
		SELECT s.surveyed_on, s.file_name, s.file_sha256, s.sample, `+descriptionColumns+`
		FROM registration_survey s
		JOIN registration_description d ON d.id = s.description_id
		WHERE s.unit = $1
		ORDER BY s.id DESC LIMIT 1`, string(unit)).QueryRow(func(row pgx.Row) error {
		err := row.Scan(append([]any{&s.SurveyedOn, &s.FileName, &s.FileSHA256, &s.Sample}, s.Description.columns()...)...)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
}

// queueRights reads rights with their holders, oldest first. The condition is on
// registration_right r and has one argument.
func queueRights(batch *pgx.Batch, condition string, arg any, rights *[]Right) {
	batch.Queue(`
		SELECT r.id, r.unit, coalesce(r.closed_as, 'current'), coalesce(i.number, ''), coalesce(i.state, 'void'),
			coalesce(i.first_on, '0001-01-01'), r.co_ownership, r.land_nature, r.house_nature,
			coalesce(r.term_from, '0001-01-01'), coalesce(r.term_until, '0001-01-01'), r.acquired, r.acquired_on,
			r.price, coalesce(r.contract, ''), coalesce(r.predecessor, 0), coalesce(r.opened_by_case, 0),
			coalesce(r.closed_by_case, 0), coalesce(r.approved_by, ''), coalesce(r.approved_at, '0001-01-01 00:00Z'),
			r.entered_at, coalesce(r.closed_at, '0001-01-01 00:00Z'), `+descriptionColumns+`
		FROM registration_right r
		JOIN registration_description d ON d.id = r.description_id
		LEFT JOIN LATERAL (
			SELECT number, min(issued_on) OVER () AS first_on,
				CASE WHEN voided_at IS NOT NULL THEN 'void' WHEN lost_on IS NOT NULL THEN 'lost' ELSE 'valid' END AS state
			FROM registration_issued
			WHERE right_id = r.id
			ORDER BY voided_at DESC NULLS FIRST LIMIT 1) i ON true
		WHERE `+condition+`
		ORDER BY r.id`, arg).Query(func(rows pgx.Rows) error {
		var r Right
		_, err := pgx.ForEachRow(rows, r.columns(), func() error {
			*rights = append(*rights, r.inUTC())
			return nil
		})
		return err
	})
	batch.Queue(`
		SELECT h.right_id, h.name, h.id_kind, h.id_number, coalesce(h.share_num, 0), coalesce(h.share_den, 0)
		FROM registration_right r
		JOIN registration_holder h ON h.right_id = r.id
		WHERE `+condition+`
		ORDER BY h.right_id, h.ordinal`, arg).Query(func(rows pgx.Rows) error {
		var right int64
		var h Holder
		_, err := pgx.ForEachRow(rows, append([]any{&right}, h.columns(holderID)...), func() error {
			giveHolder(*rights, right, h)
			return nil
		})
		return err
	})
}

// columns are the destinations of the columns that queueRights selects.
func (r *Right) columns() []any {
	return append([]any{&r.ID, &r.Unit, &r.Status, &r.Number, &r.Certificate, &r.CertifiedOn, &r.CoOwnership,
		&r.LandNature, &r.HouseNature, &r.TermFrom, &r.TermUntil, &r.Acquired, &r.AcquiredOn, &r.Price,
		&r.Contract, &r.Predecessor, &r.OpenedByCase, &r.ClosedByCase, &r.ApprovedBy, &r.ApprovedAt,
		&r.EnteredAt, &r.ClosedAt}, r.Description.columns()...)
}

// inUTC returns r with its instants in UTC, whatever zone the machine keeps.
func (r Right) inUTC() Right {
	for _, at := range []*time.Time{&r.ApprovedAt, &r.EnteredAt, &r.ClosedAt} {
		*at = at.UTC()
	}
	return r
}

func giveHolder(rights []Right, id int64, h Holder) {
	for i := range rights {
		if rights[i].ID == id {
			rights[i].Holders = append(rights[i].Holders, h)
		}
	}
}

func queueMortgages(batch *pgx.Batch, unit UnitCode, mortgages *[]Mortgage) {
	batch.Queue(`
		SELECT id, unit, mortgagee, mortgagee_id, maximum, secured, debt_from, debt_until, proof, transfer_ban,
			registered_on, coalesce(ended_on, '0001-01-01')
		FROM registration_mortgage
		WHERE unit = $1
		ORDER BY registered_on, id`, string(unit)).Query(func(rows pgx.Rows) error {
		var m Mortgage
		_, err := pgx.ForEachRow(rows, []any{&m.ID, &m.Unit, &m.Mortgagee, vault.Open(mortgageeID, &m.MortgageeID),
			&m.Maximum, &m.Secured, &m.DebtFrom, &m.DebtUntil, &m.Proof, &m.TransferBan, &m.RegisteredOn,
			&m.EndedOn}, func() error {
			*mortgages = append(*mortgages, m)
			return nil
		})
		return err
	})
}

func queueSeizures(batch *pgx.Batch, unit UnitCode, seizures *[]Seizure) {
	batch.Queue(`
		SELECT id, CASE WHEN unit IS NULL THEN 'parcel' ELSE 'unit' END, coalesce(unit, parcel), pre, court, document,
			served_at, from_on, coalesce(expires_on, '0001-01-01'), coalesce(lifted_on, '0001-01-01'), coalesce(renews, 0)
		FROM registration_seizure
		WHERE unit = $1 OR parcel = $2
		ORDER BY served_at, id`, string(unit), unit.Parcel()).Query(func(rows pgx.Rows) error {
		var s Seizure
		_, err := pgx.ForEachRow(rows, []any{&s.ID, &s.Scope, &s.Target, &s.Pre, &s.Court, &s.Document,
			&s.ServedAt, &s.FromOn, &s.ExpiresOn, &s.LiftedOn, &s.Renews}, func() error {
			s.ServedAt = s.ServedAt.UTC()
			*seizures = append(*seizures, s)
			return nil
		})
		return err
	})
}

func queueLocks(batch *pgx.Batch, unit UnitCode, locks *[]Lock) {
	batch.Queue(`
		SELECT l.id,
			CASE WHEN l.unit IS NOT NULL THEN 'unit' WHEN l.parcel IS NOT NULL THEN 'parcel' ELSE 'certificate' END,
			coalesce(l.unit, l.parcel, l.certificate), l.authority, l.document, l.locked_on,
			coalesce(l.released_on, '0001-01-01')
		FROM registration_lock l
		WHERE l.unit = $1 OR l.parcel = $2 OR l.certificate IN (
			SELECT i.number
			FROM registration_issued i
			JOIN registration_right r ON r.id = i.right_id
			WHERE r.unit = $1 AND r.closed_at IS NULL)
		ORDER BY l.locked_on, l.id`, string(unit), unit.Parcel()).Query(func(rows pgx.Rows) error {
		var l Lock
		_, err := pgx.ForEachRow(rows, []any{&l.ID, &l.Scope, &l.Target, &l.Authority, &l.Document,
			&l.LockedOn, &l.ReleasedOn}, func() error {
			*locks = append(*locks, l)
			return nil
		})
		return err
	})
}

func queueObjections(batch *pgx.Batch, unit UnitCode, objections *[]Objection) {
	batch.Queue(`
		SELECT id, unit, objector, objector_id, registered_at, coalesce(sued_on, '0001-01-01'),
			coalesce(closed_on, '0001-01-01')
		FROM registration_objection
		WHERE unit = $1
		ORDER BY registered_at, id`, string(unit)).Query(func(rows pgx.Rows) error {
		var o Objection
		_, err := pgx.ForEachRow(rows, []any{&o.ID, &o.Unit, &o.Objector, vault.Open(objectorID, &o.ObjectorID),
			&o.RegisteredAt, &o.SuedOn, &o.ClosedOn}, func() error {
			o.RegisteredAt = o.RegisteredAt.UTC()
			*objections = append(*objections, o)
			return nil
		})
		return err
	})
}

func queuePreNotices(batch *pgx.Batch, unit UnitCode, notices *[]PreNotice) {
	batch.Queue(`
		SELECT id, unit, mortgage, holder, id_kind, id_number, registered_on,
			coalesce(registrable_on, '0001-01-01'), coalesce(closed_on, '0001-01-01')
		FROM registration_prenotice
		WHERE unit = $1
		ORDER BY registered_on, id`, string(unit)).Query(func(rows pgx.Rows) error {
		var p PreNotice
		_, err := pgx.ForEachRow(rows, []any{&p.ID, &p.Unit, &p.Mortgage, &p.Holder.Name, &p.Holder.IDKind,
			vault.Open(preNoticeID, &p.Holder.ID), &p.RegisteredOn, &p.RegistrableOn, &p.ClosedOn}, func() error {
			*notices = append(*notices, p)
			return nil
		})
		return err
	})
}

// queueCalendar reads the days that matter to the terms of the unit's objections.
func queueCalendar(batch *pgx.Batch, unit UnitCode, calendar *Calendar) {
	batch.Queue(`
		SELECT day, working
		FROM registration_holiday
		WHERE EXISTS (
			SELECT FROM registration_objection
			WHERE unit = $1 AND day BETWEEN registered_at::date AND registered_at::date + 60)`,
		string(unit)).Query(func(rows pgx.Rows) error {
		var day time.Time
		var working bool
		_, err := pgx.ForEachRow(rows, []any{&day, &working}, func() error {
			if *calendar == nil {
				*calendar = make(Calendar)
			}
			(*calendar)[day] = working
			return nil
		})
		return err
	})
}
