package files

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"

	"github.com/jackc/pgx/v5"

	"onewindow/internal/vault"
)

// The sealed columns.
const (
	contentColumn vault.Column = "files_content.content"
	nameColumn    vault.Column = "files_material.name"
)

// Handed is what somebody hands in: a file with what they say of it, and the key
// that tells a resend from a second file.
type Handed struct {
	Kind        Kind
	Name        string // as it came
	By          string
	Client, Key string // Idempotency-Key, per client
	Body        []byte // the file as it came
}

// Valid returns ErrKind or ErrName.
func (h Handed) Valid() error {
	if _, err := ParseKind(string(h.Kind)); err != nil {
		return err
	}
	if len(h.Name) > longestGiven {
		return ErrName
	}
	return nil
}

// index stands for all that makes a resend the same.
func (h Handed) index(caseID int64) vault.Blind {
	sum := sha256.New()
	sum.Write(binary.BigEndian.AppendUint64(nil, uint64(caseID)))
	for _, part := range [][]byte{[]byte(h.Kind), []byte(h.Name), h.Body} {
		sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		sum.Write(part)
	}
	return vault.Index(vault.Body, string(sum.Sum(nil)))
}

// Resent returns the material that the same key brought before, and whether there
// is one. It returns ErrKeyReused if the key brought something else.
func Resent(ctx context.Context, tx pgx.Tx, caseID int64, h Handed) (m Material, is bool, err error) {
	var id string
	var same bool
	err = tx.QueryRow(ctx, `
		SELECT id, body_index = $3 FROM files_material WHERE client = $1 AND key = $2`,
		h.Client, h.Key, h.index(caseID)).Scan(&id, &same)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return m, false, nil
	case err != nil:
		return m, false, fmt.Errorf("look for a resend: %w", err)
	case !same:
		return m, false, ErrKeyReused
	}
	m, err = Find(ctx, tx, id)
	return m, true, err
}

// Put adds what was handed in to a case, with the content that Desk.Check made of
// it. A content that is kept already is not kept twice. It returns what the same
// key brought before, if another request with it was first, and ErrKeyReused.
func Put(ctx context.Context, tx pgx.Tx, caseID int64, h Handed, c Content) (Material, error) {
	if err := putContent(ctx, tx, c); err != nil {
		return Material{}, err
	}
	id, name := rand.Text(), CleanName(h.Name, h.Kind, c.Media)
	added, err := tx.Exec(ctx, `
		INSERT INTO files_material (id, case_id, kind, name, hash, added_by, client, key, body_index)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (client, key) DO NOTHING`,
		id, caseID, string(h.Kind), vault.Seal(nameColumn, name), c.Hash[:], h.By, h.Client, h.Key, h.index(caseID))
	if err != nil {
		return Material{}, fmt.Errorf("add a material to case %d: %w", caseID, err)
	}
	if added.RowsAffected() == 0 {
		m, _, err := Resent(ctx, tx, caseID, h)
		return m, err
	}
	return Find(ctx, tx, id)
}

// putContent keeps a content unless it is kept.
func putContent(ctx context.Context, tx pgx.Tx, c Content) error {
	kept, err := Kept(ctx, tx, c.Hash)
	if err == nil && !kept {
		place, content := "database", vault.Seal(contentColumn, c.bytes)
		if c.shelved != nil {
			place, content = "bucket", vault.Seal(contentColumn, c.shelved)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO files_content (hash, media, size, pages, place, content)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (hash) DO NOTHING`,
			c.Hash[:], string(c.Media), len(c.bytes), c.Pages, place, content)
	}
	if err != nil {
		return fmt.Errorf("keep a content: %w", err)
	}
	return nil
}

// idShape is what rand.Text draws.
var idShape = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// Kept says whether a content is kept already. None is ever removed.
func Kept(ctx context.Context, tx pgx.Tx, h Hash) (kept bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM files_content WHERE hash = $1)`, h[:]).Scan(&kept)
	return kept, err
}

const materials = `
	SELECT m.id, m.case_id, m.kind, m.name, c.media, m.hash, c.size, c.pages, m.added_by, m.added_at
	FROM files_material m JOIN files_content c ON c.hash = m.hash `

// row lists where the columns of materials go.
func (m *Material) row(hash *[]byte) []any {
	return []any{&m.ID, &m.CaseID, &m.Kind, vault.Open(nameColumn, &m.Name), &m.Media, hash, &m.Size, &m.Pages,
		&m.By, &m.At}
}

// Find returns the material with an id, or ErrAbsent.
func Find(ctx context.Context, tx pgx.Tx, id string) (m Material, err error) {
	if !idShape.MatchString(id) {
		return m, ErrAbsent
	}
	var hash []byte
	err = tx.QueryRow(ctx, materials+`WHERE m.id = $1`, id).Scan(m.row(&hash)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, ErrAbsent
	}
	if err != nil {
		return m, fmt.Errorf("find a material: %w", err)
	}
	m.Hash = Hash(hash)
	return m, nil
}

// Of returns the materials of a case in the order in which they came.
func Of(ctx context.Context, tx pgx.Tx, caseID int64) (list []Material, err error) {
	rows, err := tx.Query(ctx, materials+`WHERE m.case_id = $1 ORDER BY m.added_at, m.id`, caseID)
	if err != nil {
		return nil, fmt.Errorf("list the materials of case %d: %w", caseID, err)
	}
	var m Material
	var hash []byte
	_, err = pgx.ForEachRow(rows, m.row(&hash), func() error {
		m.Hash = Hash(hash)
		list = append(list, m)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list the materials of case %d: %w", caseID, err)
	}
	return list, nil
}

// Fetch returns a content as it was kept. It returns ErrLost if it is not what was
// kept, or if it lies in a bucket that this desk does not have.
func (d *Desk) Fetch(ctx context.Context, tx pgx.Tx, h Hash) (content []byte, err error) {
	var place string
	err = tx.QueryRow(ctx, `SELECT place, content FROM files_content WHERE hash = $1`, h[:]).
		Scan(&place, vault.Open(contentColumn, &content))
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, ErrLost
	case err != nil:
		return nil, fmt.Errorf("fetch a content: %w", err)
	case place == "bucket" && d.bucket == nil:
		return nil, fmt.Errorf("%w: it lies in a bucket, and none is configured", ErrLost)
	case place == "bucket":
		if content, err = d.bucket.get(ctx, content); err != nil {
			return nil, err
		}
	}
	if sha256.Sum256(content) != h {
		return nil, fmt.Errorf("%w: its hash is another one", ErrLost)
	}
	return content, nil
}
