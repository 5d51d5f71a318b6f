package files

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"strings"
	"testing"
)

// TestMain makes the test program the one that unpacks, too, as main does.
func TestMain(m *testing.M) {
	if code, is := Child(os.Args[1:], os.Stdin, os.Stdout); is {
		os.Exit(code)
	}
	if len(os.Args) > 1 && os.Args[1] == misbehave {
		os.Exit(misbehaves(os.Args[2]))
	}
	os.Exit(m.Run())
}

// document builds a PDF of objects, the first of which is its catalog.
func document(objects ...string) []byte { return documentBehind("", objects...) }

// documentBehind builds a PDF in which hidden stands before the objects, and in no table.
func documentBehind(hidden string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + hidden)
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}

// The objects of a harmless document of one page: catalog, pages, page, its text.
var (
	catalog = "<< /Type /Catalog /Pages 2 0 R >>"
	pages   = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
	page    = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>"
	text    = stream("", []byte("BT (Contract 1) Tj ET"))
)

func stream(dict string, raw []byte) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(raw), raw)
}

func harmlessPDF() []byte { return document(catalog, pages, page, text) }

// pagesOf builds a document of n pages that says it has said.
func pagesOf(n, said int) []byte {
	objects := []string{catalog, "", page, text}
	kids := strings.Repeat(" 3 0 R", n)
	objects[1] = fmt.Sprintf("<< /Type /Pages /Kids [%s ] /Count %d >>", kids, said)
	return document(objects...)
}

func packed(raw []byte) []byte {
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, zlib.BestCompression)
	_, _ = z.Write(raw)
	_ = z.Close()
	return b.Bytes()
}

// zeros is what n bytes of nothing pack to, without holding them.
func zeros(n int) []byte {
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, zlib.BestCompression)
	chunk := make([]byte, 1<<20)
	for ; n > 0; n -= len(chunk) {
		_, _ = z.Write(chunk)
	}
	_ = z.Close()
	return b.Bytes()
}

// inObjectStream builds a document whose catalog lies packed in an object stream.
func inObjectStream(catalog string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	offsets := map[int]int{}
	put := func(n int, o string) {
		offsets[n] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n, o)
	}
	put(2, pages)
	put(3, page)
	put(4, text)
	head := "1 0 "
	put(5, stream(fmt.Sprintf("/Type /ObjStm /N 1 /First %d /Filter /FlateDecode", len(head)), packed([]byte(head+catalog))))
	var rows []byte
	row := func(kind byte, at uint32, n byte) {
		rows = append(binary.BigEndian.AppendUint32(append(rows, kind), at), n)
	}
	row(0, 0, 255)
	row(2, 5, 0)
	for n := 2; n <= 5; n++ {
		row(1, uint32(offsets[n]), 0)
	}
	table := b.Len()
	row(1, uint32(table), 0)
	fmt.Fprintf(&b, "6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n",
		stream("/Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R /Filter /FlateDecode", packed(rows)), table)
	return b.Bytes()
}

// photograph is a JPEG of a red quarter at the top left of blue, w by h.
func photograph(w, h int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, quartered(w, h), &jpeg.Options{Quality: 95}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func quartered(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{0, 0, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{255, 0, 0, 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func scanned(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, quartered(w, h)); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// exif is a TIFF structure that says how a camera was held and where it was.
func exif(order binary.AppendByteOrder, orientation uint16) []byte {
	b := []byte("II*\x00")
	if order.String() == "BigEndian" {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x0112), 3), 1), orientation)
	b = order.AppendUint16(b, 0)
	b = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(b, 0x8825), 4), 1), 38)
	b = order.AppendUint32(b, 0)
	return append(b, "GPSLatitude 29.3572 GPSLongitude 113.1289"...)
}

// taken puts a camera's notes into a JPEG.
func taken(photograph, exif []byte) []byte {
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+6+len(exif)))
	segment = append(append(segment, "Exif\x00\x00"...), exif...)
	return append(append([]byte{0xff, 0xd8}, segment...), photograph[2:]...)
}

// chunk is one chunk of a PNG.
func chunk(kind string, content []byte) []byte {
	b := append(binary.BigEndian.AppendUint32(nil, uint32(len(content))), kind...)
	b = append(b, content...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// claimed is a PNG whose header claims a size and whose pixels are those of another.
func claimed(w, h uint32, pixels []byte) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	b := append([]byte(magicPNG), chunk("IHDR", append(head, 8, 2, 0, 0, 0))...)
	b = append(b, chunk("IDAT", pixels)...)
	return append(b, chunk("IEND", nil)...)
}

// archive is an empty ZIP.
var archive = append([]byte("PK\x05\x06"), make([]byte, 18)...)

func desk(t testing.TB, c Config) *Desk {
	t.Helper()
	d, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
