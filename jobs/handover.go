package jobs

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/audit"
	"onewindow/registration"
	"onewindow/registration/certificate"
)

// ErrNoParty says that a case has no such party to whom a certificate is given.
var ErrNoParty = errors.New("no such party")

// Handover is the handing over of a printed certificate (发证): to which of the
// buyers, by whom. Whoever approved the entry does not also hand its certificate
// out.
type Handover struct {
	Number intake.Number
	Party  string // as a path of the application: buyers[0]
	By     string // staff id
	Seen   int64  // version of the case that they saw; 0 if they act without having looked
	Proof  Proof  // nil where whoever asks vouches for By
}

// HandOver records a hand-over, once for each document. It returns intake.ErrStale,
// intake.ErrNoCase, ErrNoParty, intake.ErrSameHand, certificate.ErrNoDocument, or
// certificate.ErrHandedOver.
func (f *Flow) HandOver(ctx context.Context, h Handover) error {
	err := pgx.BeginFunc(ctx, f.pool, func(tx pgx.Tx) error {
		id, err := intake.IDOf(ctx, tx, h.Number)
		if err == nil {
			err = intake.Lock(ctx, tx, id)
		}
		if err == nil {
			err = intake.Unmoved(ctx, tx, id, intake.Certificate, h.Seen)
		}
		if err != nil {
			return err
		}
		v, err := intake.Find(ctx, tx, h.Number)
		if err != nil {
			return err
		}
		if !hasBuyer(v.Application, h.Party) {
			return ErrNoParty
		}
		if v.ApprovedBy == h.By {
			return intake.ErrSameHand
		}
		entry, err := registration.EntryOf(ctx, tx, v.ID)
		if errors.Is(err, registration.ErrNoEntry) {
			return certificate.ErrNoDocument
		}
		if err != nil {
			return err
		}
		document, err := certificate.DocumentOf(ctx, tx, entry.Number())
		if err != nil {
			return err
		}
		if err := certificate.HandOver(ctx, tx, document.ID, h.Party, h.By); err != nil {
			return err
		}
		if err := intake.Note(ctx, tx, v.ID, h.By, "handed_over", ""); err != nil {
			return err
		}
		if err := h.Proof.spend(ctx, tx); err != nil {
			return err
		}
		return audit.Write(ctx, tx, onCase(h.Number, audit.HandedOver, h.By, h.Party))
	})
	if err != nil {
		return fmt.Errorf("hand over the certificate of case %s: %w", h.Number, err)
	}
	return nil
}

// hasBuyer says whether the path names a buyer of the application.
func hasBuyer(a intake.Application, path string) bool {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(path, "buyers["), "]"))
	return err == nil && n >= 0 && n < len(a.Buyers) && path == fmt.Sprintf("buyers[%d]", n)
}
