package files

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/pdfcpu/pdfcpu/pkg/api"
	"github.com/pdfcpu/pdfcpu/pkg/filter"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/model"
	"github.com/pdfcpu/pdfcpu/pkg/pdfcpu/types"
)

// What the objects of a PDF may be.
const (
	mostObjects = 500_000
	mostDepth   = 100 // of one within another
)

// inspectPDF reads every object of a PDF and returns how many pages it has. It
// changes nothing: a PDF may bear signatures.
func inspectPDF(content []byte, l Limits) (pages int, err error) {
	if err := inspectRaw(content, l); err != nil {
		return 0, err
	}
	api.DisableConfigDir()
	conf := model.NewDefaultConfiguration()
	conf.Offline = true
	conf.Limits.MaxStreamBytes, conf.Limits.MaxDecodeBytes = int64(len(content)), l.Decoded
	conf.Limits.MaxObjectCount, conf.Limits.MaxXRefEntries = mostObjects, mostObjects
	conf.Limits.MaxRecursionDepth = mostDepth
	ctx, err := api.ReadContext(bytes.NewReader(content), conf)
	switch {
	case errors.Is(err, filter.ErrDecodeLimitExceeded):
		return 0, ErrBomb
	case err != nil && bytes.Contains(unescaped(content), []byte("/Encrypt")):
		return 0, ErrEncrypted
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrDamaged, err)
	case ctx.Encrypt != nil:
		return 0, ErrEncrypted
	}
	if err := inspectObjects(ctx, l); err != nil {
		return 0, err
	}
	return countPages(ctx, l)
}

// inspectObjects looks at every object, whether a page refers to it or not.
func inspectObjects(ctx *model.Context, l Limits) error {
	unpacked := int64(0)
	for _, entry := range ctx.Table {
		if entry == nil || entry.Object == nil {
			continue
		}
		if err := harmlessObject(entry.Object, "", 0); err != nil {
			return err
		}
		stream, ok := entry.Object.(types.StreamDict)
		if !ok {
			continue
		}
		if err := smallPicture(stream.Dict, l); err != nil {
			return err
		}
		n, err := unpackedSize(stream, l)
		if unpacked += n; err != nil || unpacked > l.Unpacked {
			return errors.Join(ErrBomb, err)
		}
	}
	return nil
}

// activeKeys are the keys under which a PDF does something by itself, sends
// something or carries another file (ISO 32000-2: 7.11, 12.6, 12.7, 13).
var activeKeys = []string{"JavaScript", "JS", "EmbeddedFiles", "EmbeddedFile", "EF", "AF", "AA", "XFA",
	"RichMediaContent", "Collection"}

// activeKinds are the actions, annotations and streams that do so.
var activeKinds = []string{"JavaScript", "Launch", "EmbeddedFile", "FileAttachment", "GoToE", "GoToR", "ImportData",
	"SubmitForm", "Rendition", "RichMedia", "RichMediaExecute", "Movie", "Sound", "Screen", "3D", "GoTo3DView"}

// named are the dictionaries whose keys are chosen freely (7.8.3).
var named = []string{"Font", "XObject", "ExtGState", "ColorSpace", "Pattern", "Shading", "Properties"}

// harmlessObject returns ErrActive if an object that stands under a key, or what
// it holds, is active.
func harmlessObject(o types.Object, key string, depth int) error {
	if depth > mostDepth {
		return ErrBomb
	}
	switch o := o.(type) {
	case types.Dict:
		return harmlessDict(o, key, depth)
	case types.StreamDict:
		return harmlessDict(o.Dict, key, depth)
	case types.ObjectStreamDict:
		return harmlessDict(o.Dict, key, depth)
	case types.XRefStreamDict:
		return harmlessDict(o.Dict, key, depth)
	case types.Name:
		if slices.Contains([]string{"S", "Subtype", "Type"}, key) &&
			slices.Contains(activeKinds, string(unescaped([]byte(o)))) {
			return ErrActive
		}
	case types.Array:
		for _, item := range o {
			if err := harmlessObject(item, "", depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// harmlessDict looks at the keys of a dictionary and at what stands under them.
func harmlessDict(d types.Dict, at string, depth int) error {
	for key, value := range d {
		key = string(unescaped([]byte(key)))
		if slices.Contains(activeKeys, key) && !slices.Contains(named, at) {
			return ErrActive
		}
		if err := harmlessObject(value, key, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// smallPicture refuses a picture within a document that has too many pixels.
func smallPicture(d types.Dict, l Limits) error {
	w, h := d.IntEntry("Width"), d.IntEntry("Height")
	if w == nil || h == nil {
		return nil
	}
	if *w < 0 || *h < 0 || *w > 1<<30 || *h > 1<<30 || int64(*w)*int64(*h) > l.Pixels {
		return ErrPixels
	}
	return nil
}

// unpackedSize is how many bytes a stream unpacks to, without keeping them where
// that can be. Pictures in formats of their own are not unpacked: smallPicture
// knows their size.
func unpackedSize(s types.StreamDict, l Limits) (int64, error) {
	in := io.Reader(bytes.NewReader(s.Raw))
	for i, f := range s.FilterPipeline {
		if f.Name == filter.Flate {
			z, err := zlib.NewReader(in)
			if err != nil {
				return 0, nil // viewers show nothing of it
			}
			in = z
			continue
		}
		if slices.Contains([]string{filter.DCT, filter.JPX, filter.JBIG2, filter.CCITTFax}, f.Name) {
			break
		}
		packed, err := io.ReadAll(io.LimitReader(in, l.Decoded+1))
		if err != nil || int64(len(packed)) > l.Decoded {
			return 0, ErrBomb
		}
		rest := types.StreamDict{Dict: s.Dict, Raw: packed, FilterPipeline: s.FilterPipeline[i : i+1]}
		plain, err := rest.DecodeLengthWithLimit(-1, l.Decoded)
		if errors.Is(err, filter.ErrDecodeLimitExceeded) {
			return 0, ErrBomb
		}
		in = bytes.NewReader(plain)
	}
	n, _ := io.Copy(io.Discard, io.LimitReader(in, l.Stream+1)) // what breaks off breaks off for viewers, too
	if n > l.Stream {
		return n, ErrBomb
	}
	return n, nil
}

// countPages walks the tree of pages. A tree that lies about their number, or
// that leads in circles, is damaged.
func countPages(ctx *model.Context, l Limits) (int, error) {
	root, err := ctx.Catalog()
	if err != nil {
		return 0, ErrDamaged
	}
	top, err := ctx.DereferenceDict(root["Pages"])
	if err != nil || top == nil {
		return 0, ErrDamaged
	}
	said := top.IntEntry("Count")
	if said == nil || *said < 1 {
		return 0, ErrDamaged
	}
	if *said > l.Pages {
		return 0, ErrPages
	}
	walk := pageWalk{ctx: ctx, nodes: 20*l.Pages + 1000, most: l.Pages}
	if err := walk.below(top, 0); err != nil {
		return 0, err
	}
	if walk.pages != *said {
		return 0, fmt.Errorf("%w: it has other pages than it says", ErrDamaged)
	}
	return walk.pages, nil
}

// pageWalk counts pages and ends when there are too many of them, or of nodes.
type pageWalk struct {
	ctx          *model.Context
	pages, nodes int
	most         int
}

func (w *pageWalk) below(d types.Dict, depth int) error {
	if w.nodes--; w.nodes < 0 || depth > mostDepth {
		return ErrDamaged
	}
	if d["Kids"] == nil {
		if w.pages++; w.pages > w.most {
			return ErrPages
		}
		return nil
	}
	kids, err := w.ctx.DereferenceArray(d["Kids"])
	if err != nil {
		return ErrDamaged
	}
	for _, kid := range kids {
		child, err := w.ctx.DereferenceDict(kid)
		if err != nil || child == nil {
			return ErrDamaged
		}
		if err := w.below(child, depth+1); err != nil {
			return err
		}
	}
	return nil
}
