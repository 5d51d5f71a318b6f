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

// People work in the demonstration: one account per role, two where the law
// wants a second pair of eyes.
var People = []access.Staff{
	{ID: "clerk-01", Name: "甲受理", Role: access.Clerk},
	{ID: "clerk-02", Name: "乙受理", Role: access.Clerk},
	{ID: "registrar-01", Name: "丙审核", Role: access.Registrar},
	{ID: "registrar-02", Name: "丁审核", Role: access.Registrar},
	{ID: "tax-01", Name: "戊税务", Role: access.TaxOfficer},
	{ID: "operator-01", Name: "己运维", Role: access.Operator},
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
	for _, s := range People {
		if secrets[s.ID] == "" {
			secrets[s.ID] = access.NewSecret()
		}
		if err := access.Put(ctx, pool, s, secrets[s.ID]); err != nil {
			return nil, fmt.Errorf("employ %s: %w", s.ID, err)
		}
	}
	return secrets, writeSecrets(path, secrets)
}

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
		err = os.WriteFile(path, text, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep the demonstration's accounts: %w", err)
	}
	return nil
}
