package vault

// SealBytes seals what is kept outside the database, for a place that stands for
// a column.
func (r *Ring) SealBytes(c Column, plain []byte) []byte { return r.seal(c, plain) }

// OpenBytes opens what SealBytes sealed for the same place. It returns ErrForged
// or ErrUnknownKey.
func (r *Ring) OpenBytes(c Column, stored []byte) ([]byte, error) { return r.open(c, stored) }
