package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"onewindow/internal/access"
)

// codesPage stands for the authenticators of a city whose people have none.
type codesPage struct {
	frame
	People []codeRow
	Left   int // seconds for which the codes are good
}

type codeRow struct {
	access.Account
	Current string
}

// showCodes shows the present codes of the demonstration's accounts. It is there
// in the demonstration only.
func (s *server) showCodes(w http.ResponseWriter, r *http.Request) error {
	now := time.Now()
	codes, err := access.DemonstrationCodes(r.Context(), s.Pool, now)
	if err != nil {
		return err
	}
	accounts, err := access.Accounts(r.Context(), s.Pool, now)
	if err != nil {
		return err
	}
	p := codesPage{frame: frameOf(r, "")}
	p.Left, p.Refresh = int(access.CodeLeft(now).Seconds()), 10
	accounts = slices.DeleteFunc(accounts, func(a access.Account) bool {
		return codes[a.ID] == "" || !a.Role.Staff() || strings.HasPrefix(a.ID, access.CrewPrefix)
	})
	for _, a := range accounts {
		p.People = append(p.People, codeRow{a, codes[a.ID]})
	}
	return show(w, http.StatusOK, "staff_codes", p)
}
