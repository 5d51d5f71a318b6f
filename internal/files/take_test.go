package files

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"testing"
)

var little, big binary.AppendByteOrder = binary.LittleEndian, binary.BigEndian

func TestWhatPeopleHandInIsTaken(t *testing.T) {
	t.Parallel()
	d := desk(t, Config{})
	for _, tt := range []struct {
		name    string
		content []byte
		want    Content
	}{
		{"a document", harmlessPDF(), Content{Media: PDF, Pages: 1}},
		{"a document whose objects are packed", inObjectStream(catalog), Content{Media: PDF, Pages: 1}},
		{"a document of 200 pages", pagesOf(200, 200), Content{Media: PDF, Pages: 200}},
		{"a document with a link and a jump", action("/OpenAction [3 0 R /Fit]"), Content{Media: PDF, Pages: 1}},
		{"a document whose font is called AA", document(catalog, pages,
			"<< /Type /Page /Parent 2 0 R /Resources << /Font << /AA 4 0 R /JS 4 0 R >> >> >>", text), Content{Media: PDF, Pages: 1}},
		{"a document with a scanned page of 26 MB", document(catalog, pages, page,
			stream("/Subtype /Image /Width 2480 /Height 3508 /Filter /FlateDecode", zeros(26<<20))), Content{Media: PDF, Pages: 1}},
		{"a photograph", photograph(60, 40), Content{Media: JPEG, Pages: 1, Width: 60, Height: 40}},
		{"a photograph with a preview behind it", append(photograph(60, 40), photograph(6, 4)...),
			Content{Media: JPEG, Pages: 1, Width: 60, Height: 40}},
		{"a scan", scanned(60, 40), Content{Media: PNG, Pages: 1, Width: 60, Height: 40}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := d.Check(t.Context(), tt.content)
			if err != nil {
				t.Fatal(err)
			}
			if got.Media != tt.want.Media || got.Pages != tt.want.Pages || got.Width != tt.want.Width || got.Height != tt.want.Height {
				t.Errorf("taken as %s of %d pages, %d × %d", got.Media, got.Pages, got.Width, got.Height)
			}
			if got.Media == PDF && !bytes.Equal(got.Bytes(), tt.content) {
				t.Error("a document was changed: its signatures are void")
			}
		})
	}
}

func TestAPhotographKeepsItsPixelsAndNothingElse(t *testing.T) {
	t.Parallel()
	d := desk(t, Config{})
	// Where the red quarter lies in the one taken, so that it is at the top left of the upright one.
	for o := uint16(1); o <= 8; o++ {
		for _, order := range []binary.AppendByteOrder{little, big} {
			taken := taken(photograph(64, 32), exif(order, o))
			c, err := d.Check(t.Context(), taken)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(c.Bytes(), []byte("GPS")) || bytes.Contains(c.Bytes(), []byte("Exif")) {
				t.Errorf("orientation %d: the camera's notes are kept", o)
			}
			w, h := 64, 32
			if o > 4 {
				w, h = h, w
			}
			if c.Width != w || c.Height != h {
				t.Errorf("orientation %d: %d × %d", o, c.Width, c.Height)
			}
			if got, want := redQuarter(t, c), [9]string{"", "tl", "tr", "br", "bl", "tl", "tr", "br", "bl"}[o]; got != want {
				t.Errorf("orientation %d: red is at %q, want %q", o, got, want)
			}
		}
	}
}

// redQuarter says in which quarter of an image red is.
func redQuarter(t *testing.T, c Content) (at string) {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(c.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	for name, p := range map[string]image.Point{
		"tl": {w / 4, h / 4}, "tr": {w * 3 / 4, h / 4}, "bl": {w / 4, h * 3 / 4}, "br": {w * 3 / 4, h * 3 / 4},
	} {
		if r, _, b, _ := m.At(p.X, p.Y).RGBA(); r > 0xc000 && b < 0x4000 {
			at += name
		}
	}
	return at
}

func TestAScanLosesItsNotesAndNoPixel(t *testing.T) {
	t.Parallel()
	plain := scanned(50, 30)
	noted := join(plain[:33], chunk("tEXt", []byte("Author\x00somebody")), chunk("eXIf", exif(big, 1)), plain[33:])
	c, err := desk(t, Config{}).Check(t.Context(), noted)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(c.Bytes(), []byte("somebody")) || bytes.Contains(c.Bytes(), []byte("GPS")) {
		t.Error("the notes are kept")
	}
	got, err := png.Decode(bytes.NewReader(c.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	want := quartered(50, 30)
	for y := range 30 {
		for x := range 50 {
			if got.At(x, y) != want.At(x, y) {
				t.Fatalf("the pixel %d, %d is another", x, y)
			}
		}
	}
	turned, err := desk(t, Config{}).Check(t.Context(), join(plain[:33], chunk("eXIf", exif(little, 6)), plain[33:]))
	if err != nil || turned.Width != 30 || redQuarter(t, turned) != "tr" {
		t.Errorf("a scan that lies on its side: %v, %d wide", err, turned.Width)
	}
}

func TestTheSameFileHasTheSameHash(t *testing.T) {
	t.Parallel()
	d := desk(t, Config{})
	for _, content := range [][]byte{harmlessPDF(), photograph(30, 20), scanned(30, 20)} {
		a, err := d.Check(t.Context(), content)
		if err != nil {
			t.Fatal(err)
		}
		b, err := d.Check(t.Context(), bytes.Clone(content))
		if err != nil || a.Hash != b.Hash {
			t.Errorf("%x and %x, %v", a.Hash, b.Hash, err)
		}
	}
}

func TestADeskHasSoManyPlaces(t *testing.T) {
	t.Parallel()
	d := desk(t, Config{})
	var last func()
	for range mostHeld {
		leave, err := d.Sit()
		if err != nil {
			t.Fatal(err)
		}
		last = leave
	}
	if _, err := d.Sit(); !errors.Is(err, ErrBusy) {
		t.Errorf("one more place: %v", err)
	}
	last()
	if _, err := d.Sit(); err != nil {
		t.Errorf("after one has left: %v", err)
	}
}

func TestAConfigurationSaysWhatToChange(t *testing.T) {
	t.Parallel()
	bucket := &BucketConfig{URL: "https://s3.example", Name: "n", KeyID: "k", Key: "s"}
	for name, tt := range map[string]struct {
		c    Config
		good bool
	}{
		"none":                     {Config{}, true},
		"all":                      {Config{50, 2000, 60, "tcp://127.0.0.1:3310", 60, bucket}, true},
		"a socket":                 {Config{Scanner: "unix:///run/clamd.ctl"}, true},
		"no scanner":               {Config{Scanner: "none"}, true},
		"too large":                {Config{MaxMegabytes: 51}, false},
		"less than nothing":        {Config{MaxPages: -1}, false},
		"pixels without end":       {Config{MaxMegapixels: 1000}, false},
		"a scanner by http":        {Config{Scanner: "http://127.0.0.1:3310"}, false},
		"a scanner without a port": {Config{Scanner: "tcp://127.0.0.1"}, false},
		"no address":               {Config{Scanner: "\x7f"}, false},
		"a bucket of no name":      {Config{Bucket: &BucketConfig{URL: "https://s3.example", KeyID: "k", Key: "s"}}, false},
		"a bucket by name only":    {Config{Bucket: &BucketConfig{URL: "s3", Name: "n", KeyID: "k", Key: "s"}}, false},
	} {
		if err := tt.c.Valid(); (err == nil) != tt.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	d := Plain()
	for name, content := range map[string][]byte{
		"document": harmlessPDF(), "photograph of 12 megapixels": photograph(4000, 3000),
		"photograph of 39 megapixels on its side": taken(photograph(7200, 5400), exif(big, 6)),
		"scan of 39 megapixels":                   scanned(7200, 5400),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := d.Check(b.Context(), content); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
