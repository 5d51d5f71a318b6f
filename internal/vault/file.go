package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// ErrRingFile says that a file is no usable ring; the text around it says why.
var ErrRingFile = errors.New("the ring of keys cannot be used")

// ringFile is the file that holds a ring. It is the only copy of the keys that
// this program makes: without it what is sealed stays sealed.
type ringFile struct {
	Keys  []fileKey `json:"keys"`
	Index []byte    `json:"index_key"`
}

type fileKey struct {
	ID      uint32    `json:"id"`
	Key     []byte    `json:"key"`
	Created time.Time `json:"created"`
	From    time.Time `json:"seals_from"`
}

// drawFile draws a ring of one key.
func drawFile(now time.Time) ringFile {
	f := ringFile{Index: random()}
	return f.with(now, now)
}

// with returns f with one more key, which seals from an instant on.
func (f ringFile) with(now, from time.Time) ringFile {
	id := uint32(1)
	if n := len(f.Keys); n > 0 {
		id = f.Keys[n-1].ID + 1
	}
	k := fileKey{ID: id, Key: random(), Created: now.UTC().Truncate(time.Second), From: from.UTC().Truncate(time.Second)}
	return ringFile{Keys: append(f.Keys[:len(f.Keys):len(f.Keys)], k), Index: f.Index}
}

func random() []byte {
	b := make([]byte, keySize)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

// Read reads the ring of a file.
func Read(path string) (*Ring, error) {
	keys, err := readKeys(path)
	if err != nil {
		return nil, err
	}
	r := &Ring{path: path}
	r.keys.Store(keys)
	r.looked.Store(time.Now().UnixNano())
	return r, nil
}

// ReadOrDraw reads the ring of a file and draws one if there is no file: for the
// demonstration, and for the first start of an office. Of several processes that
// draw at once one wins, and all read its ring.
func ReadOrDraw(path string) (*Ring, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := drawFile(time.Now()).create(path); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fmt.Errorf("draw a ring of keys: %w", err)
		}
	}
	return Read(path)
}

// readKeys reads and checks a ring file.
func readKeys(path string) (*keySet, error) {
	f, stamp, err := readFile(path)
	if err != nil {
		return nil, err
	}
	keys, err := f.keySet(stamp)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return keys, nil
}

// readFile reads a ring file strictly. Others must not be able to read it.
func readFile(path string) (f ringFile, at stamp, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, at, fmt.Errorf("%w: %s is not there; put the office's ring there, or make a new one with "+
			"`onewindow keys new` if the database is new", ErrRingFile, path)
	}
	if err != nil {
		return f, at, fmt.Errorf("%w: %w", ErrRingFile, err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return f, at, fmt.Errorf("%w: %s may be read by others; run chmod 600 on it", ErrRingFile, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return f, at, fmt.Errorf("%w: %w", ErrRingFile, err)
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if strict.Decode(&f) != nil { // its error may repeat a key
		return f, at, fmt.Errorf("%w: %s is no ring file; restore it from its backup", ErrRingFile, path)
	}
	return f, stampOf(info), nil
}

func stampOf(info fs.FileInfo) stamp { return stamp{info.ModTime(), info.Size()} }

// keySet makes the keys of f ready.
func (f ringFile) keySet(at stamp) (*keySet, error) {
	if len(f.Keys) == 0 || len(f.Index) != keySize {
		return nil, fmt.Errorf("%w: it needs at least one key and an index key of %d bytes", ErrRingFile, keySize)
	}
	set, last := &keySet{index: f.Index, stamp: at}, uint32(0)
	for _, k := range f.Keys {
		if k.ID <= last || len(k.Key) != keySize {
			return nil, fmt.Errorf("%w: ids of keys must rise and keys have %d bytes", ErrRingFile, keySize)
		}
		last = k.ID
		block, err := aes.NewCipher(k.Key)
		if err != nil {
			return nil, fmt.Errorf("%w: key %d", ErrRingFile, k.ID)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("%w: key %d", ErrRingFile, k.ID)
		}
		set.keys = append(set.keys, key{k.ID, k.From, aead})
	}
	return set, nil
}
