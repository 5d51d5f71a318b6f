package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"onewindow/internal/access"
)

// office is where the demonstration's people work.
const office = "430602"

// Password is that of every person of the demonstration. An office that is none
// does not open with accounts that have it.
const Password = "welcome-to-onewindow"

// People returns who works in the demonstration besides the crew: an account per
// role, a second clerk, whose cases the crew leaves alone, and who else it takes two of.
func People() []access.Person {
	return []access.Person{
		{ID: Clerk, Name: "甲受理", Role: access.Clerk, Office: office},
		{ID: ByHand, Name: "乙受理", Role: access.Clerk, Office: office},
		{ID: "reviewer-01", Name: "辛初审", Role: access.Reviewer, Office: office},
		{ID: "registrar-01", Name: "丙审核", Role: access.Registrar, Office: office},
		{ID: "tax-01", Name: "戊税务", Role: access.TaxOfficer, Office: office},
		{ID: "tax-02", Name: "子税务", Role: access.TaxOfficer, Office: office},
		{ID: "supervisor-01", Name: "庚督导", Role: access.Supervisor, Office: office},
		{ID: "water-01", Name: "样本水务", Role: access.Company, Company: "water"},
		{ID: "system-01", Name: "己运维", Role: access.SystemAdmin},
		{ID: "security-01", Name: "壬安全", Role: access.SecurityAdmin},
		{ID: "security-02", Name: "丑安全", Role: access.SecurityAdmin},
		{ID: "audit-01", Name: "癸审计", Role: access.AuditAdmin},
	}
}

// crew are who acts by itself.
var crew = access.Person{ID: Registrar, Name: "丁审核", Role: access.Registrar, Office: office}

// Secret is what one of the demonstration's people proves themselves with, besides
// the password.
type Secret struct {
	Key  access.Secret // of their programs
	Seed access.Seed   // of their codes
}

// Secrets are the secrets of the demonstration's people, by id.
type Secrets map[string]Secret

// Employ gives the people accounts with secrets of their own, drawn once and
// kept in the file at path, which only its owner may read.
func Employ(ctx context.Context, porter access.Porter, path string) (Secrets, error) {
	secrets, err := SecretsIn(path)
	if err != nil {
		return nil, err
	}
	var known []access.Known
	for _, p := range append(People(), crew) {
		if secrets[p.ID] == (Secret{}) {
			secrets[p.ID] = Secret{access.NewSecret(), access.NewSeed()}
		}
		known = append(known, access.Known{Person: p, Password: Password, Seed: secrets[p.ID].Seed})
	}
	if err := writeSecrets(path, secrets); err != nil { // before they are valid: nobody is locked out
		return nil, err
	}
	if err := porter.Demonstrate(ctx, known); err != nil {
		return nil, err
	}
	for id, secret := range secrets {
		if err := addKey(ctx, porter.Pool, id, secret.Key); err != nil {
			return nil, err
		}
	}
	return secrets, nil
}

// addKey gives an account its key unless it has it.
func addKey(ctx context.Context, pool *pgxpool.Pool, id string, key access.Secret) error {
	now := time.Now()
	_, err := access.ByKey(ctx, pool, id, key.Text(), now)
	if !errors.Is(err, access.ErrUnknown) {
		return err
	}
	return access.AddKey(ctx, pool, id, key, "onewindow", now, now.Add(100*access.KeyLength))
}

// SecretsIn reads the secrets that a demonstration keeps in the file at path;
// there are none if it has never run.
func SecretsIn(path string) (Secrets, error) {
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
	text, err := json.MarshalIndent(secrets, "", "  ")
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
