package town

import (
	"time"

	"onewindow/intake/appointment"
)

// Visits is when the office of the town receives people by appointment.
func Visits() appointment.Timetable {
	return appointment.Timetable{"430602": {{
		Since: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Opens: []appointment.Span{
			{From: 9 * time.Hour, To: 12 * time.Hour}, {From: 13*time.Hour + 30*time.Minute, To: 17 * time.Hour},
		},
		Places:  2,
		Address: "岳阳市岳阳楼区样本路2号",
	}}}
}
