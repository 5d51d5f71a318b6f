package vault

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Ring holds the keys of a database (密钥环): the newest seals, all open, and one
// more makes blind indexes. A ring that was read from a file looks at it again
// each second, so that running processes follow a rotation.
type Ring struct {
	path    string // "" for a ring that lies in memory only
	keys    atomic.Pointer[keySet]
	looked  atomic.Int64 // when the file was last looked at, in Unix nanoseconds
	reading sync.Mutex
}

// keySet is what a ring file says, ready for use. It never changes.
type keySet struct {
	keys  []key // by id; the last is the newest
	index []byte
	stamp stamp
}

// key is one key of the ring.
type key struct {
	id   uint32
	from time.Time // it seals from then on
	aead cipher.AEAD
}

// stamp tells one content of the ring file from the next.
type stamp struct {
	modified time.Time
	size     int64
}

// Draw makes a ring in memory, whose keys end with the process: for tests and for
// databases that are thrown away.
func Draw() *Ring {
	keys, err := drawFile(time.Now()).keySet(stamp{})
	if err != nil {
		panic(err) // freshly drawn keys are well formed
	}
	r := &Ring{}
	r.keys.Store(keys)
	return r
}

// lookEach is how often a ring file is looked at. A key that is added seals in
// every process that reads the same file after this time.
const lookEach = time.Second

// current returns the keys, read again if the file has changed. A file that
// cannot be read leaves the keys that were known: the next start refuses it.
func (r *Ring) current(now time.Time) *keySet {
	last := r.looked.Load()
	if r.path != "" && now.UnixNano()-last > int64(lookEach) && r.looked.CompareAndSwap(last, now.UnixNano()) {
		r.look()
	}
	return r.keys.Load()
}

// look reads the file again if it has changed.
func (r *Ring) look() {
	r.reading.Lock()
	defer r.reading.Unlock()
	info, err := os.Stat(r.path)
	if err != nil || stampOf(info) == r.keys.Load().stamp {
		return
	}
	if keys, err := readKeys(r.path); err == nil {
		r.keys.Store(keys)
	}
}

// sealer returns the newest key that seals at an instant.
func (k *keySet) sealer(now time.Time) key {
	for i := len(k.keys) - 1; i > 0; i-- {
		if !k.keys[i].from.After(now) {
			return k.keys[i]
		}
	}
	return k.keys[0]
}

// opener returns the key with an id, with a nil aead if there is none.
func (k *keySet) opener(id uint32) key {
	for _, key := range k.keys {
		if key.id == id {
			return key
		}
	}
	return key{}
}

// A sealed value is a version byte, the id of its key, and what AES-256-GCM makes
// of the text: a random nonce, the ciphertext and the tag.
const (
	version   = 1
	headSize  = 1 + 4
	keySize   = 32
	boundText = "onewindow sealed column\x00"
	indexText = "onewindow blind index\x00"
)

// seal encrypts plain for a column.
func (r *Ring) seal(c Column, plain []byte) []byte {
	now := time.Now()
	return r.current(now).sealer(now).seal(c, plain)
}

// seal encrypts plain for a column with this key.
func (k key) seal(c Column, plain []byte) []byte {
	head := make([]byte, headSize, headSize+len(plain)+k.aead.Overhead())
	head[0] = version
	binary.BigEndian.PutUint32(head[1:], k.id)
	return k.aead.Seal(head, nil, plain, bound(c))
}

// bound is what binds a value to its column.
func bound(c Column) []byte { return []byte(boundText + string(c)) }

// open decrypts what seal made for the same column.
func (r *Ring) open(c Column, stored []byte) ([]byte, error) {
	id, err := keyOf(stored)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c, err)
	}
	k := r.current(time.Now()).opener(id)
	if k.aead == nil { // somebody has just added it
		r.look()
		k = r.keys.Load().opener(id)
	}
	if k.aead == nil {
		return nil, fmt.Errorf("%s: %w: key %d", c, ErrUnknownKey, id)
	}
	plain, err := k.aead.Open(nil, nil, stored[headSize:], bound(c))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c, ErrForged)
	}
	return plain, nil
}

// keyOf reads the id of the key that sealed a value.
func keyOf(stored []byte) (uint32, error) {
	if len(stored) <= headSize || stored[0] != version {
		return 0, ErrForged
	}
	return binary.BigEndian.Uint32(stored[1:]), nil
}

// Index returns the blind index of a text: 32 bytes of HMAC-SHA-256 over purpose
// and text. No purpose holds a NUL, so that no two pairs are hashed alike.
func (r *Ring) Index(p Purpose, text string) []byte {
	mac := hmac.New(sha256.New, r.current(time.Now()).index)
	mac.Write([]byte(indexText + string(p) + "\x00")) // never fails (hash.Hash)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// Key is what may be said of a key.
type Key struct {
	ID   uint32
	From time.Time // it seals from then on, until a newer one does
}

// Keys returns the keys of the ring, the oldest first.
func (r *Ring) Keys() []Key {
	var all []Key
	for _, k := range r.current(time.Now()).keys {
		all = append(all, Key{k.id, k.from})
	}
	return all
}
