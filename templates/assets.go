package templates

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"
)

//go:embed assets
var assetFiles embed.FS

// Asset is a style sheet, a script or a picture of the pages.
type Asset struct {
	Media   string // its media type
	Raw     []byte
	Gzipped []byte // nil if it is no smaller
}

// bundle is all assets by their paths, and what names this edition of them.
type bundle struct {
	edition string
	files   map[string]Asset
}

// assets are read and compressed once; they are embedded, so a fault in them is a
// fault of the program, which the package's test finds.
var assets = sync.OnceValue(func() bundle {
	b, sum := bundle{files: map[string]Asset{}}, sha256.New()
	err := fs.WalkDir(assetFiles, "assets", func(name string, d fs.DirEntry, err error) error {
		media := mime.TypeByExtension(path.Ext(name))
		if err != nil || d.IsDir() || media == "" || path.Ext(name) == ".md" {
			return err
		}
		raw, err := assetFiles.ReadFile(name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, "assets/")
		sum.Write([]byte(name))
		sum.Write(raw)
		b.files[name] = Asset{media, raw, gzipped(raw)}
		return nil
	})
	if err != nil {
		panic(err) // embedded files can be read
	}
	b.edition = hex.EncodeToString(sum.Sum(nil))[:16]
	return b
})

// gzipped returns what is sent to whoever takes gzip.
func gzipped(raw []byte) []byte {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is valid
	}
	_, _ = w.Write(raw) // a buffer takes everything
	_ = w.Close()
	if b.Len() >= len(raw) {
		return nil
	}
	return b.Bytes()
}

// AssetsPath begins the address of every asset. After it come the edition, which
// changes with the content of any asset, and the asset's own path: scripts import
// one another by relative addresses, so they share an edition.
const AssetsPath = "/assets/"

// AssetURL returns the address of an asset, "" if there is none of that name.
func AssetURL(name string) string {
	if _, known := assets().files[name]; !known {
		return ""
	}
	return AssetsPath + assets().edition + "/" + name
}

// AssetAt returns the asset at an address below AssetsPath, and whether that
// address will always lead to the same content.
func AssetAt(address string) (a Asset, lasting, found bool) {
	edition, name, _ := strings.Cut(address, "/")
	a, found = assets().files[name]
	return a, edition == assets().edition, found
}
