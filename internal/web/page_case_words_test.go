package web

import (
	"testing"
	"time"

	"onewindow/intake"
	"onewindow/jobs"
	"onewindow/templates"
)

func TestACompanyThatDoesNotAnswerIsSaidToBeAskedAgain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 6, 5, 0, 0, time.UTC)
	for _, tt := range []struct {
		state intake.State
		asked *jobs.Asked
		want  string
	}{
		{intake.Waiting, nil, ""},
		{intake.Running, nil, "正在询问公司。"},
		{intake.Running, &jobs.Asked{Attempts: 1, Next: now.Add(-time.Second)}, "已询问 1 次，公司没有应答，正在再次询问。"},
		{intake.Running, &jobs.Asked{Attempts: 3, Next: now.Add(90 * time.Second)}, "已询问 3 次，公司没有应答，1 分 30 秒后再次询问。"},
		{intake.AwaitingCompany, nil, ""},
		{intake.Manual, nil, "联系不上公司，已转人工处理。"},
		{intake.Done, nil, ""},
	} {
		c := &jobs.Sight{View: &intake.View{ReadAt: now}, Asked: map[intake.Step]jobs.Asked{}}
		c.Progress = []intake.Progress{{Step: intake.WaterRequest, State: tt.state}}
		if tt.asked != nil {
			c.Asked[intake.WaterRequest] = *tt.asked
		}
		p := casePage{frame: frame{Lang: templates.Chinese}}
		if got := p.asking(c, "water"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.state, got, tt.want)
		}
		if got := p.asking(c, "gas"); got != "" {
			t.Errorf("%s: of another company it says %q", tt.state, got)
		}
	}
}
