package files

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// ErrBucket says that the bucket did not answer or refused.
var ErrBucket = errors.New("the bucket of contents does not answer")

// bucketTime is how long one object may take.
const bucketTime = 20 * time.Second

// bucket keeps contents in a bucket of S3, each encrypted with a key of its own that
// the database keeps sealed: so the keys of the ring rotate without it.
type bucket struct {
	store  *minio.Client
	name   string
	prefix string
}

func openBucket(c BucketConfig) (*bucket, error) {
	u, err := url.Parse(c.URL)
	if err != nil {
		return nil, fmt.Errorf("files.bucket.url: %w", err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	store, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(c.KeyID, c.Key, ""), Secure: u.Scheme == "https", Region: c.Region,
		Transport: transport, MaxRetries: 3,
	})
	if err != nil {
		return nil, fmt.Errorf("files.bucket: %w", err)
	}
	return &bucket{store, c.Name, c.Prefix}, nil
}

// ticket is what finds and opens one object: its key and its name (AES-256-GCM).
type ticket []byte

const ticketKey = 32 // bytes

func (t ticket) object() string { return string(t[ticketKey:]) }

// lock is the cipher that the object alone is encrypted with.
func (t ticket) lock() (cipher.AEAD, error) {
	block, err := aes.NewCipher(t[:ticketKey])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// ticketFor draws the key of a new object. Its name begins with the hash, for people.
func (b *bucket) ticketFor(h Hash) ticket {
	key := make([]byte, ticketKey)
	_, _ = rand.Read(key) // never fails (crypto/rand)
	return ticket(string(key) + b.prefix + hex.EncodeToString(h[:]) + "-" + rand.Text())
}

// ready asks whether the bucket is there.
func (b *bucket) ready(ctx context.Context) error {
	is, err := b.store.BucketExists(ctx, b.name)
	if err == nil && !is {
		err = errors.New("there is no such bucket")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBucket, err)
	}
	return nil
}

// put keeps a content and returns what finds it.
func (b *bucket) put(ctx context.Context, c Content) (ticket, error) {
	ctx, cancel := context.WithTimeout(ctx, bucketTime)
	defer cancel()
	t := b.ticketFor(c.Hash)
	lock, err := t.lock()
	if err != nil {
		return nil, err
	}
	sealed := lock.Seal(nil, nil, c.bytes, []byte(t.object()))
	_, err = b.store.PutObject(ctx, b.name, t.object(), bytes.NewReader(sealed), int64(len(sealed)),
		minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBucket, err)
	}
	return t, nil
}

// get returns a content, or ErrLost if it is gone or was changed.
func (b *bucket) get(ctx context.Context, t ticket) ([]byte, error) {
	if len(t) <= ticketKey {
		return nil, fmt.Errorf("%w: nothing says where it is", ErrLost)
	}
	ctx, cancel := context.WithTimeout(ctx, bucketTime)
	defer cancel()
	o, err := b.store.GetObject(ctx, b.name, t.object(), minio.GetObjectOptions{})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBucket, err)
	}
	defer o.Close()
	sealed, err := io.ReadAll(io.LimitReader(o, 4*mostMegabytes<<20))
	if minio.ToErrorResponse(err).Code == minio.NoSuchKey {
		return nil, ErrLost
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBucket, err)
	}
	lock, err := t.lock()
	if err != nil {
		return nil, err
	}
	plain, err := lock.Open(nil, nil, sealed, []byte(t.object()))
	if err != nil {
		return nil, fmt.Errorf("%w: it does not open", ErrLost)
	}
	return plain, nil
}

// Shelve puts a content that is not kept yet where contents lie, if that is a bucket:
// before the transaction that refers to it, so that no reference ever leads nowhere.
// An object that nothing refers to does no harm.
func (d *Desk) Shelve(ctx context.Context, c Content) (Content, error) {
	if d.bucket == nil {
		return c, nil
	}
	t, err := d.bucket.put(ctx, c)
	if err != nil {
		return Content{}, err
	}
	c.shelved = t
	return c, nil
}
