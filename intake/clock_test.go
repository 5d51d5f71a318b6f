package intake

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var nine = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// line is a journal line so many minutes after nine.
func line(minute int, step Step, state State, holder string) Entry {
	return Entry{At: nine.Add(time.Duration(minute) * time.Minute), Step: step, State: string(state), Holder: holder}
}

func accepted() Entry { return Entry{At: nine, State: string(Open)} }

func TestTimeBelongsToTheStepThatEndsLast(t *testing.T) {
	tests := []struct {
		name    string
		journal []Entry
		held    map[string]time.Duration
		office  time.Duration
	}{
		{
			"a registrar who takes longer than the tax holds the time",
			[]Entry{
				accepted(), line(0, Review, NeedsInput, Reviewer), line(0, Assess, Running, Machine),
				line(2, Assess, Done, ""), line(10, Review, Done, ""), line(10, Enter, Running, Machine),
				line(11, Enter, Done, ""), line(11, Certificate, Running, Machine), line(12, Certificate, Done, ""),
			},
			map[string]time.Duration{Reviewer: 10 * time.Minute, Machine: 2 * time.Minute}, 12 * time.Minute,
		},
		{
			"an applicant who pays last holds the time from the review's end and before",
			[]Entry{
				accepted(), line(0, Review, NeedsInput, Reviewer), line(0, Settle, AwaitingPayment, Applicant),
				line(5, Review, Done, ""), line(30, Settle, Done, ""), line(30, Certificate, Running, Machine),
				line(31, Certificate, Done, ""),
			},
			map[string]time.Duration{Applicant: 30 * time.Minute, Machine: time.Minute}, time.Minute,
		},
		{
			"while both are open the office, not the applicant, is on the clock",
			[]Entry{accepted(), line(0, Settle, AwaitingPayment, Applicant), line(0, Review, NeedsInput, Reviewer)},
			map[string]time.Duration{Reviewer: 60 * time.Minute}, 60 * time.Minute,
		},
		{
			"time for a supplement is the applicant's",
			[]Entry{
				accepted(), line(0, Review, NeedsInput, Reviewer), line(10, Review, NeedsInput, Applicant),
				line(40, Review, Running, Machine), line(40, Review, NeedsInput, Reviewer), line(45, Review, Done, ""),
				line(45, Certificate, Running, Machine), line(46, Certificate, Done, ""),
			},
			map[string]time.Duration{Reviewer: 15 * time.Minute, Applicant: 30 * time.Minute, Machine: time.Minute},
			16 * time.Minute,
		},
		{
			"a water company holds nothing, however slow",
			[]Entry{
				accepted(), line(0, WaterRequest, AwaitingCompany, Company), line(0, Review, NeedsInput, Reviewer),
				line(3, Review, Done, ""), line(3, Certificate, Running, Machine), line(4, Certificate, Done, ""),
				line(50, WaterRequest, Done, ""),
			},
			map[string]time.Duration{Reviewer: 3 * time.Minute, Machine: time.Minute}, 4 * time.Minute,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := Book(tt.journal, nine.Add(time.Hour))
			for holder, want := range tt.held {
				if got := l.Held[holder]; got != want {
					t.Errorf("%s held %v, want %v (%+v)", holder, got, want, l.Spans)
				}
			}
			if len(l.Held) != len(tt.held) {
				t.Errorf("held %v, want %v", l.Held, tt.held)
			}
			if l.Office != tt.office {
				t.Errorf("office time %v, want %v", l.Office, tt.office)
			}
		})
	}
}

// I10: whatever the journal, every moment from acceptance to the end is booked
// once, and the spans join without a gap.
func TestTheLedgerPartitionsTime(t *testing.T) {
	steps := []Step{Filing, Review, Assess, Settle, Enter, Certificate, WaterRequest}
	states := []State{Running, NeedsInput, Manual, AwaitingPayment, Done, Refused}
	holders := []string{Machine, Reviewer, Applicant, TaxOfficer}
	rapid.Check(t, func(t *rapid.T) {
		journal, minute, certified := []Entry{accepted()}, 0, 0
		for range rapid.IntRange(0, 30).Draw(t, "lines") {
			minute += rapid.IntRange(0, 5).Draw(t, "later")
			e := line(minute, rapid.SampledFrom(steps).Draw(t, "step"), rapid.SampledFrom(states).Draw(t, "state"),
				rapid.SampledFrom(holders).Draw(t, "holder"))
			journal = append(journal, e)
			if e.Step == Certificate {
				certified = 0
				if State(e.State).Final() {
					certified = minute
				}
			}
		}
		now := nine.Add(time.Duration(minute+7) * time.Minute)
		end := now
		if certified > 0 {
			end = nine.Add(time.Duration(certified) * time.Minute)
		}
		l, total, at := Book(journal, now), time.Duration(0), nine
		for _, s := range l.Spans {
			if !s.From.Equal(at) || !s.To.After(s.From) {
				t.Fatalf("gap or overlap at %v in %+v", at, l.Spans)
			}
			at, total = s.To, total+s.To.Sub(s.From)
		}
		if want := end.Sub(nine); certified != 0 && total != want || certified == 0 && l.Wall != total {
			t.Fatalf("booked %v of %v: %+v", total, want, l.Spans)
		}
		if l.Wall != total || l.Office+l.Held[Applicant] != l.Wall {
			t.Fatalf("wall %v office %v held %v", l.Wall, l.Office, l.Held)
		}
	})
}
