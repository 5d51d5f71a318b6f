package files

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"onewindow/internal/vault"
)

// ErrBucket says that the bucket did not answer or refused.
var ErrBucket = errors.New("the bucket of contents does not answer")

// bucketTime is how long one object may take.
const bucketTime = 20 * time.Second

// objectColumn binds what is sealed in a bucket, as a column does in the database.
const objectColumn vault.Column = "files_bucket.object"

// bucket keeps contents in a bucket of S3, one sealed object for each hash. Two
// programs that put the same content write equal ones.
type bucket struct {
	store  *minio.Client
	name   string
	prefix string
	ring   *vault.Ring
}

func openBucket(c BucketConfig, ring *vault.Ring) (*bucket, error) {
	if ring == nil {
		return nil, errors.New("a bucket needs the ring of keys: contents are sealed before they leave")
	}
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
	return &bucket{store, c.Name, c.Prefix, ring}, nil
}

// object is the name of a content in the bucket.
func (b *bucket) object(h Hash) string { return b.prefix + hex.EncodeToString(h[:]) }

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

// put keeps a content unless it is there.
func (b *bucket) put(ctx context.Context, c Content) error {
	ctx, cancel := context.WithTimeout(ctx, bucketTime)
	defer cancel()
	if _, err := b.store.StatObject(ctx, b.name, b.object(c.Hash), minio.StatObjectOptions{}); err == nil {
		return nil
	}
	sealed := b.ring.SealBytes(objectColumn, c.bytes)
	_, err := b.store.PutObject(ctx, b.name, b.object(c.Hash), bytes.NewReader(sealed), int64(len(sealed)),
		minio.PutObjectOptions{ContentType: "application/octet-stream", DisableMultipart: true})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBucket, err)
	}
	return nil
}

// get returns a content, or ErrLost if it is gone or was changed.
func (b *bucket) get(ctx context.Context, h Hash) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, bucketTime)
	defer cancel()
	o, err := b.store.GetObject(ctx, b.name, b.object(h), minio.GetObjectOptions{})
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
	plain, err := b.ring.OpenBytes(objectColumn, sealed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLost, err)
	}
	return plain, nil
}

// Shelve puts a content where contents lie, if that is a bucket: before the
// transaction that refers to it, so that no reference ever leads nowhere. An object
// that nothing refers to does no harm.
func (d *Desk) Shelve(ctx context.Context, c Content) (Content, error) {
	if d.bucket == nil {
		return c, nil
	}
	if err := d.bucket.put(ctx, c); err != nil {
		return Content{}, err
	}
	c.shelved = true
	return c, nil
}
