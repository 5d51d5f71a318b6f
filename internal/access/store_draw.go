package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// How many codes are drawn within drawsWithin, beginning with the first. Strangers who
// use theirs up leave those of the browsers that a telephone's holder has come in from.
const (
	codePause     = time.Minute // between two draws of one asker for one number
	mostFrom      = 5           // draws for one number from one address
	mostStrangers = 15          // codes to one telephone, for whatever number
	mostKnown     = 10          // further codes to one telephone, for browsers it knows
	drawsWithin   = 24 * time.Hour
	askerPurpose  = vault.Purpose("access_asker")
)

// The kinds of draws that are counted apart.
const (
	fromAddress = "address"
	byStrangers = "strangers"
	byKnown     = "known"
)

// Asker is who asks for codes and tries them: a browser or a program by the secret that
// it was given, or whoever asks from an address.
type Asker struct{ Browser, From string }

// token is the browser's secret, if it has one.
func (a Asker) token() (Secret, bool) { return ParseSecret(a.Browser) }

func (a Asker) index() vault.Blind {
	if token, drawn := a.token(); drawn {
		return vault.Index(askerPurpose, "browser "+token.Text())
	}
	return vault.Index(askerPurpose, "from "+a.From)
}

// claim lets an asker draw for a number once in codePause; of two at once, one may.
func claim(ctx context.Context, tx pgx.Tx, number string, asker Asker, at time.Time) (bool, error) {
	tag, err := tx.Exec(ctx, `
		WITH old AS (DELETE FROM access_asked WHERE (number, asker) IN (SELECT number, asker FROM access_asked
			WHERE drawn_at < $4 AND NOT (number = $1 AND asker = $2) FOR UPDATE SKIP LOCKED))
		INSERT INTO access_asked AS a (number, asker, drawn_at, expires_at) VALUES ($1, $2, $3, $3)
		ON CONFLICT (number, asker) DO UPDATE SET drawn_at = excluded.drawn_at WHERE a.drawn_at <= $5`,
		vault.Index(numberPurpose, number), asker.index(), at, at.Add(-drawsWithin), at.Add(-codePause))
	if err != nil {
		return false, fmt.Errorf("ask for codes: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// takeDraw counts a draw of a kind, and reports false if there was none left.
func takeDraw(ctx context.Context, tx pgx.Tx, whose vault.Blind, kind string, most int, at time.Time) (bool, error) {
	tag, err := tx.Exec(ctx, `
		WITH old AS (DELETE FROM access_draw WHERE (whose, kind) IN (SELECT whose, kind FROM access_draw
			WHERE since < $4 AND NOT (whose = $1 AND kind = $2) FOR UPDATE SKIP LOCKED))
		INSERT INTO access_draw AS d (whose, kind, draws, since) VALUES ($1, $2, 1, $3)
		ON CONFLICT (whose, kind) DO UPDATE SET draws = CASE WHEN d.since < $4 THEN 1 ELSE d.draws + 1 END,
			since = CASE WHEN d.since < $4 THEN $3 ELSE d.since END
		WHERE d.since < $4 OR d.draws < $5`, whose, kind, at, at.Add(-drawsWithin), most)
	if err != nil {
		return false, fmt.Errorf("count a draw: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// reached returns those contacts who may be sent one more code because an asker asks
// for it about what has the name of.
func reached(ctx context.Context, tx pgx.Tx, of string, asker Asker, to []Contact,
	at time.Time) (may []Contact, err error) {
	near, err := takeDraw(ctx, tx, vault.Index(askerPurpose, of+" from "+asker.From), fromAddress, mostFrom, at)
	if err != nil {
		return nil, err
	}
	to = slices.Clone(to)
	slices.SortFunc(to, func(a, b Contact) int { return strings.Compare(a.Phone, b.Phone) }) // two draws take turns
	for _, c := range to {
		known, err := knows(ctx, tx, asker, c, at)
		if err != nil {
			return nil, err
		}
		kind, most := byStrangers, mostStrangers
		switch {
		case known:
			kind, most = byKnown, mostKnown
		case !near:
			continue
		}
		left, err := takeDraw(ctx, tx, vault.Index(vault.Phone, c.Phone), kind, most, at)
		if err != nil {
			return nil, err
		}
		if left {
			may = append(may, c)
		}
	}
	return may, nil
}

// knows says whether the holder of a contact's telephone has come in from the asker's
// browser before.
func knows(ctx context.Context, tx pgx.Tx, asker Asker, c Contact, at time.Time) (known bool, err error) {
	token, drawn := asker.token()
	if !drawn {
		return false, nil
	}
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM access_known WHERE browser = $1 AND phone = $2 AND expires_at > $3)`,
		token.hash(), vault.Index(vault.Phone, c.Phone), at).Scan(&known)
	if err != nil {
		return false, fmt.Errorf("look for a browser: %w", err)
	}
	return known, nil
}

// remember notes that the holder of a telephone has come in from an asker's browser.
func remember(ctx context.Context, tx pgx.Tx, asker Asker, phone []byte, at time.Time) error {
	token, drawn := asker.token()
	if !drawn {
		return nil
	}
	_, err := tx.Exec(ctx, `
		WITH old AS (DELETE FROM access_known WHERE (browser, phone) IN (SELECT browser, phone FROM access_known
			WHERE expires_at <= $3 AND NOT (browser = $1 AND phone = $2) FOR UPDATE SKIP LOCKED))
		INSERT INTO access_known (browser, phone, expires_at) VALUES ($1, $2, $4)
		ON CONFLICT (browser, phone) DO UPDATE SET expires_at = excluded.expires_at`,
		token.hash(), phone, at, at.Add(DeviceLength))
	if err != nil {
		return fmt.Errorf("note a browser: %w", err)
	}
	return nil
}

// tried is what a try of a code finds.
type tried struct {
	of    string
	party string
	name  string
	phone []byte
}

// try takes one of the asker's tries of the codes for a number, and spends the code if
// it is one of theirs. It reports false for everything else.
func try(ctx context.Context, tx pgx.Tx, number, code string, asker Asker,
	at time.Time) (t tried, right bool, err error) {
	var party, name *string
	err = tx.QueryRow(ctx, `
		UPDATE access_asked SET tries = tries + 1
		WHERE number = $1 AND asker = $3 AND tries < $5 AND expires_at > $4
		RETURNING case_number, parties[array_position(codes, $2::bytea)], names[array_position(codes, $2::bytea)],
			phones[array_position(codes, $2::bytea)]`,
		vault.Index(numberPurpose, number), vault.Index(codesPurpose, number+" "+code), asker.index(), at, mostTries).
		Scan(&t.of, &party, &name, &t.phone)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && party == nil {
		return t, false, nil // the try is counted
	}
	if err != nil {
		return t, false, fmt.Errorf("try a code: %w", err)
	}
	t.party, t.name = *party, *name
	_, err = tx.Exec(ctx, `
		UPDATE access_asked SET codes = array_replace(codes, $2::bytea, ''::bytea) WHERE number = $1 AND asker = $3`,
		vault.Index(numberPurpose, number), vault.Index(codesPurpose, number+" "+code), asker.index())
	if err != nil {
		return t, false, fmt.Errorf("spend a code: %w", err)
	}
	return t, true, nil
}
