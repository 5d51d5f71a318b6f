package vault

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Add draws one more key for the ring of a file and returns its id. It seals from
// an instant on: late enough that every machine has the file by then.
func Add(path string, from time.Time) (id uint32, err error) {
	err = edit(path, func(f ringFile) ringFile {
		f = f.with(time.Now(), from)
		id = f.Keys[len(f.Keys)-1].ID
		return f
	})
	if err != nil {
		return 0, fmt.Errorf("add a key to %s: %w", path, err)
	}
	return id, nil
}

// without returns f without the keys older than one.
func (f ringFile) without(older uint32) ringFile {
	kept := ringFile{Index: f.Index}
	for _, k := range f.Keys {
		if k.ID >= older {
			kept.Keys = append(kept.Keys, k)
		}
	}
	return kept
}

// edit changes a ring file, one process at a time: the directory is locked, since
// the file itself is replaced.
func edit(path string, change func(ringFile) ringFile) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close() // and with it the lock
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock %s: %w", dir.Name(), err)
	}
	f, _, err := readFile(path)
	if err != nil {
		return err
	}
	return change(f).replace(path)
}

// create writes f where no file is, or returns fs.ErrExist.
func (f ringFile) create(path string) error {
	temporary, err := f.writeBeside(path)
	if err != nil {
		return err
	}
	defer os.Remove(temporary)
	if err := os.Link(temporary, path); err != nil {
		return err
	}
	return syncDirectory(path)
}

// replace writes f over the file. A crash leaves the old one or the new one.
func (f ringFile) replace(path string) error {
	temporary, err := f.writeBeside(path)
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return syncDirectory(path)
}

// writeBeside writes f to the disk under another name.
func (f ringFile) writeBeside(path string) (name string, err error) {
	text, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return "", err
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".ring-*") // made with 0600
	if err != nil {
		return "", err
	}
	_, err = file.Write(append(text, '\n'))
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// syncDirectory makes sure that a name outlives a loss of power.
func syncDirectory(path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
