package certificate

import (
	"errors"
	"strings"
	"testing"

	"onewindow/internal/typeset"
)

func TestAPanicWhileDrawingIsAnErrorThatQuotesNothing(t *testing.T) {
	t.Parallel()
	pdf, err := (*Press)(nil).Render(flat())
	if !errors.Is(err, typeset.ErrPanic) || pdf != nil || strings.Contains(err.Error(), "王") {
		t.Errorf("Render = %d bytes, %v; want typeset.ErrPanic", len(pdf), err)
	}
}
