package tax

import "errors"

// The refusals of the store.
var (
	ErrNotAssessed   = errors.New("the case is not assessed")
	ErrOtherFacts    = errors.New("the case is already assessed on other facts")
	ErrNotRepeatable = errors.New("the facts do not give this assessment")
	ErrDecided       = errors.New("the assessment needs no officer, or one has decided")
	ErrNoFigures     = errors.New("the assessment proposes no figures to confirm")
)
