package main

import (
	"fmt"
	"maps"
	"slices"

	"onewindow/intake/appointment"
	"onewindow/registration"
)

// visitsConfig is when an office receives people by appointment, from a day on.
type visitsConfig struct {
	// Since is the first day: 2026-01-01. No default.
	Since string `json:"since"`
	// Opens are the stretches of each working day: 09:00-12:00. None closes the office. Default: none.
	Opens []string `json:"opens"`
	// Places is how many people are received at once, from 1 to 100. No default.
	Places int `json:"places"`
	// Address is where people go; it is shown to them. Default: none.
	Address string `json:"address"`
}

// timetable reads the hours of all offices.
func (o *officesConfig) timetable() (appointment.Timetable, error) {
	t := appointment.Timetable{}
	for _, county := range slices.Sorted(maps.Keys(o.Visits)) {
		if _, known := registration.OfficeOf(county); !known {
			return nil, fmt.Errorf("offices.visits.%s: there is no such office: write the six digits of its county", county)
		}
		for i, told := range o.Visits[county] {
			h, err := appointment.NewHours(told.Since, told.Opens, told.Places, told.Address)
			if err != nil {
				return nil, fmt.Errorf("offices.visits.%s[%d]: %w", county, i, err)
			}
			t[county] = append(t[county], h)
		}
	}
	return t, nil
}
