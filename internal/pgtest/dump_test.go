package pgtest

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
)

func TestADumpShowsWhatIsPlantedInWhateverForm(t *testing.T) {
	t.Parallel()
	const plain, inBytes, inDocument, absent = "430602189301060013", "12000000001", "43060218930416001X", "12000000002"
	pool := Pool(t)
	if _, err := pool.Exec(t.Context(), `CREATE TABLE planted AS SELECT 'no. ' || $1::text AS a, $2::text::bytea AS b,
		jsonb_build_object('c', $3::text) AS c`, plain, inBytes,
		base64.StdEncoding.EncodeToString([]byte("{"+inDocument+"}"))); err != nil {
		t.Fatal(err)
	}
	found := Leaks(Dump(t, pool.Config().ConnString()), plain, inBytes, inDocument, absent)
	if want := []string{plain, inBytes, inDocument}; !slices.Equal(found, want) {
		t.Errorf("found %q, want %q", found, want)
	}
}

func TestBase64IsRecognisedAtEveryOffset(t *testing.T) {
	t.Parallel()
	for n := range 7 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("ä", n) + "12000000001" + strings.Repeat("z", n)))
		if len(Leaks(text, "12000000001")) != 1 {
			t.Errorf("not found after %d characters: %s", n, text)
		}
	}
}
