package jobs

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/internal/files"
)

// ErrOver says that a case is closed or refused and takes nothing more.
var ErrOver = errors.New("the case is over")

// MaterialResent returns the material that the same key brought to a case before,
// and whether there is one. It returns intake.ErrNoCase, ErrOver for a new material
// of a case that is over, and files.ErrKeyReused.
func (f *Flow) MaterialResent(ctx context.Context, number intake.Number, h files.Handed) (m files.Material, is bool,
	err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		c, err := intake.Find(ctx, tx, number)
		if err != nil {
			return err
		}
		if m, is, err = files.Resent(ctx, tx, c.ID, h); err == nil && !is && over(c.State) {
			return fmt.Errorf("case %s: %w", number, ErrOver)
		}
		return err
	})
	return m, is, err
}

// ContentKept says whether a content is kept already, for whatever case.
func (f *Flow) ContentKept(ctx context.Context, h files.Hash) (kept bool, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		kept, err = files.Kept(ctx, tx, h)
		return err
	})
	return kept, err
}

// AddMaterial keeps a file that was found harmless with a case, in one transaction
// with the look whether the case still takes it. It returns intake.ErrNoCase, ErrOver
// and files.ErrKeyReused.
func (f *Flow) AddMaterial(ctx context.Context, number intake.Number, h files.Handed,
	c files.Content) (m files.Material, err error) {
	err = pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		id, err := intake.IDOf(ctx, tx, number)
		if err != nil {
			return err
		}
		if err := intake.Lock(ctx, tx, id); err != nil {
			return err
		}
		view, err := intake.Find(ctx, tx, number)
		if err != nil {
			return err
		}
		if over(view.State) {
			return fmt.Errorf("case %s: %w", number, ErrOver)
		}
		var is bool
		if m, is, err = files.Resent(ctx, tx, id, h); err != nil || is {
			return err // another request with the same key was first
		}
		if m, err = files.Put(ctx, tx, id, h, c); err != nil {
			return err
		}
		return audit.Write(ctx, tx, onCase(number, audit.MaterialAdded, h.By, ""))
	})
	return m, err
}

// over says whether nothing more happens to a case.
func over(s intake.CaseState) bool { return s == intake.Closed || s == intake.Turned }

// Materials returns the materials of a case in the order in which they came.
func (f *Flow) Materials(ctx context.Context, number intake.Number) (list []files.Material, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		id, err := intake.IDOf(ctx, tx, number)
		if err != nil {
			return err
		}
		list, err = files.Of(ctx, tx, id)
		return err
	})
	return list, err
}

// Material returns the material with an id and the case that it belongs to, or
// files.ErrAbsent.
func (f *Flow) Material(ctx context.Context, id string) (m files.Material, c intake.Case, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		m, err = files.Find(ctx, tx, id)
		return err
	})
	if err != nil {
		return m, c, err
	}
	c, err = f.get(ctx, m.CaseID)
	return m, c, err
}

// MaterialContent returns what is kept of a material. It returns files.ErrLost.
func (f *Flow) MaterialContent(ctx context.Context, d *files.Desk, m files.Material) (content []byte, err error) {
	err = f.read(ctx, func(tx pgx.Tx) error {
		content, err = d.Fetch(ctx, tx, m.Hash)
		return err
	})
	return content, err
}
