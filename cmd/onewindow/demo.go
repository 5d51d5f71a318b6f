package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"onewindow/internal/demo"
)

type runCommand struct {
	demonstration `embed:""`
}

// Run shows the demonstration and serves until the context ends.
func (c *runCommand) Run(ctx context.Context, s streams) error {
	began := time.Now()
	defer c.close()
	if err := c.open(ctx, s); err != nil {
		return err
	}
	c.say("演示城市就绪 the demonstration city is ready (%.1f s)", time.Since(began).Seconds())
	sale, err := c.sell(ctx, s.out)
	if err != nil {
		return err
	}
	c.tell(sale, time.Since(began))
	<-ctx.Done()
	c.say("\n正在停止 stopping …")
	return nil
}

// tell says where everything is.
func (c *runCommand) tell(s *sold, took time.Duration) {
	row := func(zh, en, value string) {
		fmt.Fprintf(c.streams.out, "  %s %s %s\n", pad(zh, 14), pad(en, 14), value)
	}
	fmt.Fprintln(c.streams.out)
	row("不动产权证号", "certificate", s.last.Certificate.Number)
	row("证书文件", "file", s.path)
	row("证书验真", "verify", c.url+s.last.Certificate.Verify)
	row("受理至发证", "it took", fmt.Sprintf("%.2f s (从启动 since the start: %.1f s)",
		float64(s.last.Clocks.WallMS)/1000, took.Seconds()))
	row("网页", "pages", c.url+"/")
	row("数据目录", "data", c.dir)
	fmt.Fprintln(c.streams.out, "\n  演示账号 accounts of the demonstration (编号 id, 岗位 role), 口令 password: "+demo.Password)
	for _, p := range demo.People() {
		fmt.Fprintf(c.streams.out, "    %s %s\n", pad(p.ID, 13), say("role."+string(p.Role)))
	}
	row("验证码", "codes", c.url+"/demo/codes")
	row("短信", "messages", c.url+"/demo/inbox")
	fmt.Fprintf(c.streams.out, "\n  %s 受理的办件由 %s 自动审核并缴税；%s 受理的办件留给您来办理。\n"+
		"  What %s accepts is approved and paid by itself; what %s accepts is left to you.\n",
		demo.Clerk, demo.Registrar, demo.ByHand, demo.Clerk, demo.ByHand)
	data := ""
	if c.Data != "" {
		data = " --data " + c.dir
	}
	fmt.Fprintf(c.streams.out, "  再办一件 one more: %s case submit%s examples/sale.json\n\n  按 Ctrl-C 停止。 Ctrl-C stops.\n",
		os.Args[0], data)
}

type demoCommand struct {
	demonstration `embed:""`
	Once          bool `help:"End after one sale, as it does anyway: said for clarity."`
	JSON          bool `help:"Print one JSON object on standard output, everything else on standard error." name:"json"`
}

// result is what demo --json prints.
type result struct {
	AcceptanceNumber  string       `json:"acceptance_number"`
	CertificateNumber string       `json:"certificate_number"`
	CertificatePath   string       `json:"certificate_path"`
	TotalMS           int64        `json:"total_ms"` // from acceptance to certificate
	Steps             []resultStep `json:"steps"`
}

type resultStep struct {
	Step       string     `json:"step"`
	State      string     `json:"state"`
	StartedAt  *time.Time `json:"started_at"`
	FinishedAt *time.Time `json:"finished_at"`
	WaitedMS   int64      `json:"waited_ms"`
	WorkedMS   int64      `json:"worked_ms"`
}

// Run sells one home and says what came of it.
func (c *demoCommand) Run(ctx context.Context, s streams) error {
	defer c.close()
	if err := c.open(ctx, s); err != nil {
		return err
	}
	sale, err := c.sell(ctx, s.err)
	if err != nil {
		return err
	}
	if !c.JSON {
		_, err = fmt.Fprintln(s.out, sale.last.Number, sale.last.Certificate.Number, sale.path)
		return err
	}
	return json.NewEncoder(s.out).Encode(sale.result())
}

func (s *sold) result() result {
	r := result{
		AcceptanceNumber: s.last.Number, CertificateNumber: s.last.Certificate.Number,
		CertificatePath: s.path, TotalMS: s.last.Clocks.WallMS,
	}
	for _, step := range s.last.Steps {
		r.Steps = append(r.Steps, resultStep{
			step.Step, step.State, step.StartedAt, step.FinishedAt, step.WaitedMS, step.WorkedMS,
		})
	}
	return r
}
