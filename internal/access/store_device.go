package access

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"
)

// DeviceLength is how long a device stays known after its person's last sign-in.
const DeviceLength = 90 * 24 * time.Hour

// On returns a porter for a browser with the token that Know gave it, "" if it has
// none. Guesses from where a person has signed in before are counted apart from
// those of strangers, who therefore cannot lock them out there.
func (g Porter) On(device string) Porter {
	g.device = device
	return g
}

// Know notes that a person has signed in on the device of the porter, and returns
// the token for its browser, the same as before if it has one. Several people may be
// known on one device.
func (g Porter) Know(ctx context.Context, id string, at time.Time) (Secret, error) {
	token, drawn := ParseSecret(g.device)
	if !drawn {
		token = NewSecret()
	}
	_, err := g.Pool.Exec(ctx, `
		WITH old AS (DELETE FROM access_device WHERE expires_at <= $3 AND hash <> $1)
		INSERT INTO access_device (hash, person, expires_at) VALUES ($1, $2, $4)
		ON CONFLICT (hash) DO UPDATE SET expires_at = excluded.expires_at`,
		deviceHash(token, id), id, at, at.Add(DeviceLength))
	if err != nil {
		return "", fmt.Errorf("note a device of %s: %w", id, err)
	}
	return token, nil
}

func deviceHash(token Secret, id string) []byte {
	sum := sha256.Sum256([]byte(token.Text() + " " + id))
	return sum[:]
}

// counterOf is where the guesses at an account are counted: with the device if its
// person is known there, else with the account, whoever guesses.
func (g Porter) counterOf(ctx context.Context, db Querier, id string, at time.Time) (counter, error) {
	token, drawn := ParseSecret(g.device)
	if !drawn || id == "" {
		return ofAccount(id), nil
	}
	hash, known := deviceHash(token, id), false
	err := db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM access_device WHERE hash = $1 AND expires_at > $2)`, hash, at).
		Scan(&known)
	if err != nil {
		return counter{}, fmt.Errorf("look for a device: %w", err)
	}
	if !known {
		return ofAccount(id), nil
	}
	return counter{"access_device", "hash", hash}, nil
}
