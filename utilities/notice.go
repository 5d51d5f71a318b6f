package utilities

// Ref is the reference under which the company was asked.
func (n Notice) Ref() string { return n.ref }
