package typeset

import (
	"fmt"
	"image/color"

	"github.com/boombuler/barcode"
	"github.com/boombuler/barcode/qr"
)

// qrQuiet is the white margin around a QR code in modules; ISO/IEC 18004 asks for 4.
const qrQuiet = 4

// A bar is a run of dark modules in one row of a QR code.
type bar struct{ column, row, length int }

// A code is a QR code as bars, side modules wide.
type code struct {
	bars []bar
	side int
}

// encodeQR makes the QR code of text at error correction level M.
func encodeQR(text string) (code, error) {
	image, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return code{}, fmt.Errorf("encode an address as QR: %w", err)
	}
	c := code{side: image.Bounds().Dx()}
	for row := range c.side {
		c.bars = append(c.bars, barsOf(image, row, c.side)...)
	}
	return c, nil
}

// barsOf collects the dark runs of one row.
func barsOf(image barcode.Barcode, row, side int) []bar {
	var bars []bar
	for column := 0; column < side; column++ {
		begin := column
		for column < side && image.At(column, row) == color.Black {
			column++
		}
		if column > begin {
			bars = append(bars, bar{begin, row, column - begin})
		}
	}
	return bars
}
