package api

import (
	"bytes"
	"os"
	"os/exec"
	"testing"
)

// TestTheClientIsThatOfTheDescription generates it again.
func TestTheClientIsThatOfTheDescription(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config, err := os.ReadFile("gen.yaml")
	if err != nil {
		t.Fatal(err)
	}
	config = bytes.Replace(config, []byte("output: "), []byte("output: "+dir+"/"), 1)
	if err := os.WriteFile(dir+"/gen.yaml", config, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "tool", "-modfile=../../../tools/go.mod", "oapi-codegen",
		"-config", dir+"/gen.yaml", "../../web/openapi/openapi.yaml")
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	fresh, err := os.ReadFile(dir + "/api.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("api.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(fresh, kept) {
		t.Error("the description has changed since api.gen.go was generated: run go generate ./internal/client/api")
	}
}
