package files

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
)

// quality is that of photographs drawn anew: text on a scan stays as legible as it was.
const quality = 90

// redraw decodes an image and encodes its pixels only, upright. What a camera
// wrote besides (place, time, owner, preview) is gone, and so is whatever hid
// behind the pixels.
func redraw(content []byte, m Media, l Limits) (f finding, kept []byte, err error) {
	if err := measureImage(content, m, l); err != nil {
		return f, nil, err
	}
	decode := map[Media]func() (image.Image, error){
		JPEG: func() (image.Image, error) { return jpeg.Decode(bytes.NewReader(content)) },
		PNG:  func() (image.Image, error) { return png.Decode(bytes.NewReader(content)) },
	}[m]
	picture, err := decode()
	if err != nil {
		return f, nil, ErrDamaged
	}
	picture = turn(picture, orientation(content, m))
	f.Pages, f.Width, f.Height = 1, picture.Bounds().Dx(), picture.Bounds().Dy()
	var b bytes.Buffer
	if m == JPEG {
		err = jpeg.Encode(&b, picture, &jpeg.Options{Quality: quality})
	} else {
		err = (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, picture)
	}
	return f, b.Bytes(), err
}

// turn makes an image upright that was taken with an orientation (Exif 4.6.5.1.6).
func turn(picture image.Image, orientation int) image.Image {
	if orientation < 2 || orientation > 8 {
		return picture
	}
	from := plain(picture)
	w, h := from.Rect.Dx(), from.Rect.Dy()
	if orientation > 4 { // it lies on its side
		w, h = h, w
	}
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			at := source(orientation, x, y, w, h)
			copy(to.Pix[to.PixOffset(x, y):][:4], from.Pix[from.PixOffset(at.X, at.Y):][:4])
		}
	}
	return to
}

// plain returns the pixels of an image from (0, 0) on.
func plain(picture image.Image) *image.RGBA {
	to := image.NewRGBA(image.Rect(0, 0, picture.Bounds().Dx(), picture.Bounds().Dy()))
	draw.Draw(to, to.Rect, picture, picture.Bounds().Min, draw.Src)
	return to
}

// source is where the pixel (x, y) of an upright image of w by h lies in the one taken.
func source(orientation, x, y, w, h int) image.Point {
	switch orientation {
	case 2:
		return image.Pt(w-1-x, y)
	case 3:
		return image.Pt(w-1-x, h-1-y)
	case 4:
		return image.Pt(x, h-1-y)
	case 5:
		return image.Pt(y, x)
	case 6:
		return image.Pt(y, w-1-x)
	case 7:
		return image.Pt(h-1-y, w-1-x)
	default:
		return image.Pt(h-1-y, x)
	}
}
