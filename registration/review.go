package registration

import "time"

// Review asks every question of a second-hand sale of the title (审核), as of a
// day. It is pure: the same application, title and day give the same findings,
// passes included. The same function runs at preflight, at review and, under
// lock, at entry.
func Review(a Application, t Title, on time.Time) Findings { return nil }

// CheckFiling asks whether the filed contract says what the application says (C1).
func CheckFiling(a Application, c Contract) Findings { return nil }
