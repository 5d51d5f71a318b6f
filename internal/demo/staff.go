package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/access"
)

// office is where the demonstration's people work.
const office = "430602"

// People returns who works in the demonstration: an account per role, and a
// second one where the crew has the first.
func People() []access.Person {
	return []access.Person{
		{ID: Clerk, Name: "甲受理", Role: access.Clerk, Office: office},
		{ID: ByHand, Name: "乙受理", Role: access.Clerk, Office: office},
		{ID: "registrar-01", Name: "丙审核", Role: access.Registrar, Office: office},
		{ID: Registrar, Name: "丁审核", Role: access.Registrar, Office: office},
		{ID: "tax-01", Name: "戊税务", Role: access.TaxOfficer, Office: office},
		{ID: "operator-01", Name: "己运维", Role: access.SystemAdmin},
	}
}

// Secrets are the secrets of the demonstration's people, by staff id.
type Secrets map[string]access.Secret

// Employ gives the people accounts with secrets of their own, drawn once and
// kept in the file at path, which only its owner may read.
func Employ(ctx context.Context, pool *pgxpool.Pool, path string) (Secrets, error) {
	secrets, err := readSecrets(path)
	if err != nil {
		return nil, err
	}
	for _, s := range People() {
		if secrets[s.ID] == "" {
			secrets[s.ID] = access.NewSecret()
		}
	}
	if err := writeSecrets(path, secrets); err != nil { // before they are valid: nobody is locked out
		return nil, err
	}
	for _, s := range People() {
		if err := employ(ctx, pool, s, secrets[s.ID]); err != nil {
			return nil, fmt.Errorf("employ %s: %w", s.ID, err)
		}
	}
	return secrets, nil
}

// employ gives a person an account unless they have it: a new one would end
// their sessions.
func employ(ctx context.Context, pool *pgxpool.Pool, s access.Person, secret access.Secret) error {
	known, err := access.Authenticate(ctx, pool, s.ID, secret.Text())
	if err == nil && known == s {
		return nil
	}
	if err != nil && !errors.Is(err, access.ErrUnknown) {
		return err
	}
	return access.Put(ctx, pool, s, secret)
}

// SecretsIn reads the secrets that a demonstration keeps in the file at path;
// there are none if it has never run.
func SecretsIn(path string) (Secrets, error) { return readSecrets(path) }

func readSecrets(path string) (Secrets, error) {
	secrets := Secrets{}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return secrets, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &secrets)
	}
	if err != nil {
		return nil, fmt.Errorf("read the demonstration's accounts: %w", err)
	}
	return secrets, nil
}

func writeSecrets(path string, secrets Secrets) error {
	plain := map[string]string{}
	for id, secret := range secrets {
		plain[id] = secret.Text()
	}
	text, err := json.MarshalIndent(plain, "", "  ")
	if err == nil {
		err = os.WriteFile(path+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(path+".new", path) // whole or not at all
	}
	if err != nil {
		return fmt.Errorf("keep the demonstration's accounts: %w", err)
	}
	return nil
}
