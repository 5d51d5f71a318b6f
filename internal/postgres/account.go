package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// An account is the system user that runs the server. PostgreSQL refuses to
// run as root, so root hands it to another one; everybody else runs it himself.
type account struct {
	name     string
	uid, gid uint32
	switched bool // the server runs under another account than this program
}

// unprivileged lists the accounts that root may run the server as.
var unprivileged = []string{"postgres", "nobody"}

// accountFor returns the account that runs the server on a data directory. An
// existing one stays with its owner, so that a package installed later, which
// brings a postgres user, does not lock the old data out.
func accountFor(data string) (account, error) {
	if os.Geteuid() != 0 {
		return account{name: "this user", uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}, nil
	}
	info, err := os.Stat(data)
	if err == nil {
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
			return account{name: userName(st.Uid), uid: st.Uid, gid: st.Gid, switched: true}, nil
		}
	} else if !errors.Is(err, fs.ErrNotExist) {
		return account{}, err
	}
	for _, name := range unprivileged {
		if u, err := user.Lookup(name); err == nil {
			return numeric(u)
		}
	}
	return account{name: "65534", uid: 65534, gid: 65534, switched: true}, nil
}

// numeric turns a looked-up user into an account.
func numeric(u *user.User) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("group of user %s: %w", u.Username, err)
	}
	return account{u.Username, uint32(uid), uint32(gid), true}, nil
}

// userName names a user for people.
func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}

// claim makes dir, the home of the server, or finds that it was made by this
// program before. It never takes a directory that holds anything else. The
// account may pass through it but not write in it, so that whoever breaks into
// the server cannot lead root astray with links.
func (a account) claim(dir string) error {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return err
	}
	if err := a.mayReach(dir); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o711); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(entries) > 0 && !exists(filepath.Join(dir, lockName)) {
		return fmt.Errorf("%s is not empty and was not made by this program: name a directory of its own", dir)
	}
	if err := os.Chmod(dir, 0o711); err != nil { // whatever the umask
		return err
	}
	lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("mark the directory as this program's: %w", err)
	}
	return lock.Close()
}

// take gives path to the account and closes it to everybody else.
func (a account) take(path string) error {
	if a.switched {
		if err := os.Lchown(path, int(a.uid), int(a.gid)); err != nil {
			return err
		}
	}
	return os.Chmod(path, 0o700)
}

// mayReach reports the first parent directory of path that the account cannot
// pass through, such as /root.
func (a account) mayReach(path string) error {
	if !a.switched {
		return nil
	}
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err == nil && !a.passes(info) {
			return fmt.Errorf("directory %s (mode %#o) is closed to user %s, who must run PostgreSQL because "+
				"it refuses to run as root: choose a directory elsewhere", dir, info.Mode().Perm(), a.name)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// passes reports whether the mode of a directory lets the account through.
func (a account) passes(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return true
	}
	switch mode := info.Mode().Perm(); {
	case st.Uid == a.uid:
		return mode&0o100 != 0
	case st.Gid == a.gid:
		return mode&0o010 != 0
	default:
		return mode&0o001 != 0
	}
}

// maxSocket is the longest socket path that every system accepts: sun_path
// holds 104 bytes on macOS and 108 on Linux, with a closing zero.
const maxSocket = 103

// socketDir returns the directory of the socket: inside dir where the path is
// short enough, else a short one under the temporary directory that is derived
// from dir, so that every start on dir finds the same.
func socketDir(dir string, a account) (string, error) {
	socket := filepath.Join(dir, "socket")
	if len(filepath.Join(socket, ".s.PGSQL."+port)) > maxSocket {
		sum := sha256.Sum256([]byte(dir))
		name := fmt.Sprintf("onewindow-%d-%s", a.uid, hex.EncodeToString(sum[:6]))
		socket = filepath.Join(shortTemp(), name)
	}
	if err := os.Mkdir(socket, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(socket)
	if err != nil {
		return "", err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || ok && st.Uid != a.uid && int(st.Uid) != os.Geteuid() {
		return "", fmt.Errorf("socket directory %s belongs to somebody else", socket)
	}
	return socket, a.take(socket)
}

// shortTemp is the temporary directory, or /tmp if its path is a long one.
func shortTemp() string {
	if dir := os.TempDir(); len(dir) <= 40 {
		return dir
	}
	return "/tmp"
}
