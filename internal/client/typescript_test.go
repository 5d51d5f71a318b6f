package client

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

const typescript = "../../clients/typescript"

func TestTheTypeScriptClientIsThatOfTheDescription(t *testing.T) {
	t.Parallel()
	description, err := os.ReadFile("../web/openapi/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	client, err := os.ReadFile(typescript + "/onewindow.ts")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Appendf(nil, "// sha256 of the description: %x\n", sha256.Sum256(description)); !bytes.HasSuffix(client, want) {
		t.Error("the description has changed since onewindow.ts was generated: run clients/typescript/generate.sh")
	}
}

func TestTheTypeScriptClientCompiles(t *testing.T) {
	t.Parallel()
	said, err := exec.CommandContext(t.Context(), "tsc", "--project", typescript).CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, said)
	}
}
