package files

import (
	"bytes"
	"encoding/binary"
)

// orientation reads how a photograph was held, from its Exif segment; 1 is upright
// and what an image without one, or with a damaged one, is taken for. Nothing else
// of Exif is read.
func orientation(content []byte, m Media) int {
	var tiff []byte
	if m == JPEG {
		tiff = exifOfJPEG(content)
	} else {
		tiff = exifOfPNG(content)
	}
	if len(tiff) < 8 {
		return 1
	}
	order := map[string]binary.ByteOrder{"II*\x00": binary.LittleEndian, "MM\x00*": binary.BigEndian}[string(tiff[:4])]
	if order == nil {
		return 1
	}
	return orientationTag(tiff, order)
}

// orientationTag looks for the tag in the first directory of a TIFF structure.
func orientationTag(tiff []byte, order binary.ByteOrder) int {
	const entrySize, tag, short = 12, 0x0112, 3
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(entries) < entrySize {
			return 1
		}
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if o := int(order.Uint16(entries[8:])); o >= 1 && o <= 8 {
				return o
			}
			return 1
		}
		entries = entries[entrySize:]
	}
	return 1
}

// exifOfJPEG returns the TIFF structure of the APP1 segment, nil if there is none.
func exifOfJPEG(content []byte) []byte {
	const app1, startOfScan = 0xe1, 0xda
	for rest := content[min(2, len(content)):]; len(rest) >= 4 && rest[0] == 0xff; {
		marker, size := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
		if marker == startOfScan || size < 2 || 2+size > len(rest) {
			return nil
		}
		if tiff, ok := bytes.CutPrefix(rest[4:2+size], []byte("Exif\x00\x00")); ok && marker == app1 {
			return tiff
		}
		rest = rest[2+size:]
	}
	return nil
}

// exifOfPNG returns the TIFF structure of the eXIf chunk, nil if there is none.
func exifOfPNG(content []byte) []byte {
	for rest := content[min(8, len(content)):]; len(rest) >= 12; {
		size := uint64(binary.BigEndian.Uint32(rest))
		if size > uint64(len(rest)-12) {
			return nil
		}
		if string(rest[4:8]) == "eXIf" {
			return rest[8 : 8+size]
		}
		rest = rest[12+size:]
	}
	return nil
}
