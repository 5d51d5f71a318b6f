package web

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/jackc/pgx/v5"

	"onewindow/intake"
	"onewindow/internal/money"
	"onewindow/internal/town"
	"onewindow/registration"
	"onewindow/templates"
)

// pictures names the environment variable with a directory for pictures of the
// pages, for people to look at.
const pictures = "ONEWINDOW_PICTURES"

// browser is one Chromium. Where there is none, the test fails.
type browser struct {
	t     *testing.T
	ctx   context.Context
	o     *office
	mu    sync.Mutex
	found []string // errors of the console and of the content security policy
	keys  int
}

// open starts a Chromium on the pages of an office.
func (o *office) open(t *testing.T) *browser {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.Flag("disable-gpu", true),
		chromedp.Flag("accept-lang", templates.Chinese),
		chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()))
	allocator, release := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(func() { end(); release() })
	return o.tab(t, ctx)
}

// another opens a second window that shares no cookies with the first.
func (b *browser) another() *browser {
	b.t.Helper()
	ctx, end := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	b.t.Cleanup(end)
	return b.o.tab(b.t, ctx)
}

func (o *office) tab(t *testing.T, ctx context.Context) *browser {
	t.Helper()
	b := &browser{t: t, ctx: ctx, o: o}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)); err != nil { // without a time limit: it starts the browser
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	return b
}

// hear notes what a careful reader of the console would object to. That a form
// with mistakes is answered 4xx is no fault.
func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.found = append(b.found, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		b.found = append(b.found, fmt.Sprint(e.Type, e.Args))
	case *log.EventEntryAdded:
		if e.Entry.Source != log.EntrySourceNetwork || !strings.Contains(e.Entry.Text, "status of 4") {
			b.found = append(b.found, e.Entry.Text)
		}
	}
}

// quiet fails the test if the console was not quiet.
func (b *browser) quiet() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.found) > 0 {
		b.t.Errorf("the console says %q", b.found)
	}
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) at(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.o.url + path))
}

// ask evaluates an expression that is a text.
func (b *browser) ask(expression string) string {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// wait waits until an expression is true.
func (b *browser) wait(expression string) {
	b.t.Helper()
	for range 400 {
		v, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && Boolean(`+expression+`)`))
		if err == nil && v { // between two pages there is no document to ask
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.keep("failed")
	b.t.Fatalf("never: %s; the page is %q: %s\nthe log says %s", expression, b.ask("document.title"),
		b.ask("document.body.innerText"), b.o.log)
}

// press types keys, as a keyboard does, and counts them.
func (b *browser) press(keys string, modifiers ...chromedp.Modifier) {
	b.t.Helper()
	b.keys += len([]rune(keys))
	b.do(chromedp.KeyEvent(keys, chromedp.KeyModifiers(modifiers...)))
}

// tabTo presses Tab until the element has the focus.
func (b *browser) tabTo(id string) {
	b.t.Helper()
	for range 60 {
		if b.ask("document.activeElement.id") == id {
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("no number of tabs leads to %s", id)
}

// signIn signs a member of the staff in, by keyboard.
func (b *browser) signIn(staff string) {
	b.t.Helper()
	b.at("/")
	b.wait(`document.activeElement.id === "id"`)
	b.press(staff + kb.Tab + password + kb.Enter)
	b.wait(`document.activeElement.id === "code"`)
	b.press(b.o.codeOf(staff) + kb.Enter)
	b.wait(`!location.pathname.startsWith("/sign-in")`)
	b.keys = 0
}

// picture looks whether everybody can read the page, and keeps how it looks.
func (b *browser) picture(name string) {
	b.t.Helper()
	b.accessible(name)
	b.keep(name)
}

// keep keeps how the window and the whole page look, if somebody wants to see.
func (b *browser) keep(name string) {
	b.t.Helper()
	dir := os.Getenv(pictures)
	if dir == "" {
		return
	}
	for kind, shot := range map[string]chromedp.Action[[]byte]{
		"": chromedp.FullScreenshot(100), "-window": chromedp.CaptureScreenshot(),
	} {
		png, err := chromedp.Run(b.ctx, shot)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name+kind+".png"), png, 0o644)
		}
		if err != nil {
			b.t.Errorf("picture %s: %v", name, err)
		}
	}
}

// print keeps how the page is printed.
func (b *browser) print(name string) {
	b.t.Helper()
	dir := os.Getenv(pictures)
	if dir == "" {
		return
	}
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".pdf"), pdf, 0o644)
	}
	if err != nil {
		b.t.Errorf("print %s: %v", name, err)
	}
}

// phone makes the window as small as a telephone.
func (b *browser) phone() { b.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile)) }

// withoutScripts switches JavaScript off.
func (b *browser) withoutScripts() {
	b.t.Helper()
	off := emulation.SetScriptExecutionDisabledParams{Value: true}
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, off); err != nil {
		b.t.Fatal(err)
	}
}

// fileContract files another contract on home i, to a buyer of this name.
func (o *office) fileContract(number string, i int, buyer string, price money.Fen) {
	o.t.Helper()
	sale := town.Sale(i)
	holder := func(p registration.Party) []registration.Holder {
		return []registration.Holder{{Name: p.Name, IDKind: p.IDKind, ID: p.ID}}
	}
	sale.Buyers[0].Name = buyer
	o.must(func(ctx context.Context, tx pgx.Tx) error {
		return registration.PutContract(ctx, tx, registration.Contract{
			Number: number, Unit: sale.Unit, Area: 120_50, Price: price, CoOwnership: registration.Sole,
			Sellers: holder(sale.Sellers[0]), Buyers: holder(sale.Buyers[0]),
			SignedOn: day(2026, 11, 1), FiledOn: day(2026, 11, 2),
		})
	})
}

func TestASaleIsTakenInByKeyboardAloneAndFollowedLive(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 2)
	o.fileContract("RARE-1", 0, "王𬎆𠅤", money.Yuan(800_000))
	clerk := o.open(t)
	clerk.at("/sign-in")
	clerk.picture("sign-in")
	clerk.signIn("clerk-01")
	clerk.picture("queue-empty")

	clerk.press("2", chromedp.ModifierAlt)
	clerk.wait(`document.activeElement.id === "contract"`)
	clerk.picture("new")
	clerk.press("RARE-1" + kb.Enter)
	clerk.wait(`document.activeElement.id === "sellers-0-phone"`)
	clerk.picture("new-prefilled")
	clerk.tabTo("water")
	clerk.press("water-9-OK" + kb.Tab + "power-9-ARREARS" + kb.Tab + "gas-9-OK")
	clerk.press(kb.Enter, chromedp.ModifierCtrl)
	clerk.wait(`document.activeElement.textContent === "受理"`)
	clerk.picture("check")
	if got := clerk.ask(`document.querySelector("main").innerText`); !strings.Contains(got, "王𬎆𠅤") || strings.Contains(got, town.Sale(0).Buyers[0].ID) {
		t.Errorf("the check page must name the buyer and mask the number: %s", got)
	}
	clerk.press(kb.Enter)
	clerk.wait(`location.pathname.startsWith("/cases/2")`)
	t.Logf("%d keys from the queue to the receipt", clerk.keys)
	number := clerk.ask(`document.getElementById("number").textContent`)
	clerk.wait(`document.querySelector("#step-review .tag").textContent === "待人工决定"`)
	clerk.wait(`document.querySelector("#step-settle .tag").textContent === "待缴款" || document.querySelector("#step-settle .tag").textContent === "待缴税款"`)
	clerk.picture("accepted")
	clerk.print("receipt")
	clerk.do(chromedp.Evaluate[chromedp.Void](`void (window.sameDocument = true)`))

	registrar := clerk.another()
	registrar.signIn("registrar-01")
	registrar.picture("queue-registrar")
	registrar.tabTo("find")
	registrar.press(number + kb.Enter)
	registrar.wait(`document.querySelector("[name=verdict]")`)
	registrar.picture("decide")
	registrar.do(chromedp.Click(`[name=verdict][value=approve]`), chromedp.Click(`#decide [data-submit]`))
	registrar.wait(`document.getElementById("password") && document.getElementById("code")`) // a proof for this approval
	registrar.do(chromedp.SendKeys("#password", password), chromedp.SendKeys("#code", o.codeOf("registrar-01")+kb.Enter))
	registrar.wait(`document.querySelector("#step-review .tag").textContent === "已完成"`)

	clerk.wait(`document.querySelector("#step-review .tag").textContent === "已完成"`)
	o.pay(o.numberOf(number))
	clerk.wait(`document.querySelector("#step-certificate .tag").textContent === "已完成"`)
	clerk.wait(`document.getElementById("live").innerText.includes("不动产权证号")`)
	clerk.wait(`document.getElementById("live").hasAttribute("data-over")`) // nothing is replaced under a click any more
	if clerk.ask(`window.sameDocument`) != "true" {
		t.Error("the page was loaded again")
	}
	clerk.picture("done")
	if pdf := o.visit("clerk-01").get("/cases/" + number + "/certificate"); !strings.HasPrefix(pdf.raw, "%PDF-") {
		t.Errorf("the certificate is %d %.100q", pdf.status, pdf.raw)
	}
	clerk.do(chromedp.Click(`#live a[href^="/v/"]`))
	clerk.wait(`document.querySelector(".verdict.specimen")`)
	if clerk.ask(`document.querySelector(".verdict.good") === null`) != "true" {
		t.Error("a sample looks like a certificate that counts")
	}
	clerk.picture("verify")
	if page := clerk.ask("document.body.innerText"); strings.Contains(page, "王𬎆") || !strings.Contains(page, "王**") {
		t.Errorf("the verification names the holder: %s", page)
	}
	clerk.phone()
	clerk.picture("verify-phone")
	clerk.at("/cases/" + number)
	clerk.picture("done-phone")
	clerk.quiet()
	registrar.quiet()
}

// numberOf reads an acceptance number that a page shows.
func (o *office) numberOf(text string) intake.Number {
	o.t.Helper()
	number, err := intake.ParseNumber(text)
	if err != nil {
		o.t.Fatal(err)
	}
	return number
}

func TestEveryDefectIsShownAtOnceWhereItIs(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 2)
	b := o.open(t)
	b.signIn("clerk-01")
	b.at("/cases/new")
	b.wait(`document.activeElement.id === "contract"`)
	b.press("TOWN-000001" + kb.Enter)
	b.wait(`document.getElementById("unit").value !== ""`)
	b.do(chromedp.SetValue("#price_fen", "八十五万"), chromedp.SetValue("#sellers-0-id_number", "４３０６０２１８９００１０２００１1"),
		chromedp.SetValue("#buyers-0-name", " "), chromedp.SetValue("#power", "户号?"))
	b.do(chromedp.Click(".actions [data-submit]"))
	b.wait(`document.activeElement.id === "errors"`)
	b.picture("defects")
	if title := b.ask("document.title"); !strings.HasPrefix(title, "错误：") {
		t.Errorf("the title is %q", title)
	}
	for _, id := range []string{"price_fen", "sellers-0-id_number", "buyers-0-name", "power"} {
		link := b.ask(`(document.querySelector('#errors a[href="#` + id + `"]') || {}).textContent`)
		beside := b.ask(`(document.querySelector('#` + id + `-error') || {}).textContent`)
		_, said, _ := strings.Cut(link, "：")
		if said == "" || !strings.HasPrefix(beside, "错误："+said) {
			t.Errorf("%s: the summary says %q, the field %q", id, link, beside)
		}
	}
	if typed := b.ask(`document.getElementById("sellers-0-id_number").value`); typed != "４３０６０２１８９００１０２００１1" {
		t.Errorf("what was typed became %q", typed)
	}
	b.do(chromedp.Click(`#errors a[href="#price_fen"]`))
	b.wait(`document.activeElement.id === "price_fen"`)
	b.phone()
	b.picture("defects-phone")
	if wide := b.ask(`document.documentElement.scrollWidth`); wide != "390" {
		t.Errorf("on a telephone the page is %s wide", wide)
	}
	b.quiet()
}

func TestThePagesWorkWithoutJavaScript(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 2)
	b := o.open(t)
	b.withoutScripts()
	b.at("/sign-in")
	b.do(chromedp.SendKeys("#id", "clerk-01"), chromedp.SendKeys("#password", password+kb.Enter))
	b.wait(`location.pathname === "/sign-in/code"`)
	b.do(chromedp.SendKeys("#code", o.codeOf("clerk-01")+kb.Enter))
	b.wait(`location.pathname === "/"`)
	b.at("/cases/new")
	b.do(chromedp.SendKeys("#contract", "TOWN-000001"), chromedp.Click("#prefill"))
	b.wait(`document.getElementById("unit").value !== ""`)
	b.do(chromedp.Click(`button[value="add.buyers"]`))
	b.wait(`document.activeElement.id === "buyers-1-name"`)
	b.do(chromedp.Click(`button[value="remove.buyers.1"]`))
	b.wait(`!document.getElementById("buyers-1-name") && document.getElementById("unit").value !== ""`)
	b.do(chromedp.SendKeys("#water", "water-1-OK"+kb.Enter)) // the first button of the form is the check
	b.wait(`document.querySelector("h1").textContent.includes("核对")`)
	b.do(chromedp.Click(`button[value="edit.price_fen"]`))
	b.wait(`document.activeElement.id === "price_fen" && document.getElementById("water").value === "water-1-OK"`)
	b.do(chromedp.Click(".actions [data-submit]"))
	b.wait(`document.querySelector("h1").textContent.includes("核对")`)
	b.do(chromedp.Click(".actions [data-submit]"))
	b.wait(`document.activeElement.id === "accepted"`)
	number := b.ask(`document.getElementById("number").textContent`)
	b.at("/cases/" + number)
	if b.ask(`document.querySelector("meta[http-equiv=refresh]") !== null`) != "true" {
		t.Error("the page of an open case does not ask again by itself")
	}
	eventually(t, "the review waits for a registrar", func() bool {
		b.at("/cases/" + number)
		return b.ask(`document.querySelector("#step-review .tag").textContent`) == "待人工决定"
	})
	b.quiet()
}

func TestTheConsoleIsListenedTo(t *testing.T) {
	t.Parallel()
	o := newOffice(t, 0)
	b := o.open(t)
	b.at("/sign-in")
	b.quiet()
	b.do(chromedp.Evaluate[chromedp.Void](`void document.body.setAttribute("style", "color: red")`))
	eventually(t, "a violation of the content security policy is heard", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return len(b.found) > 0
	})
	b.at("/v/AAAAAAAAAAAAAAAAAAAAAAAAAA")
	b.picture("verify-none")
	b.at("/nowhere")
	b.picture("not-found")
}

func TestATaxOfficerSettlesWhatTheMachineWouldNotDecide(t *testing.T) {
	t.Parallel()
	o := workingOffice(t, 1)
	o.fileContract("CHEAP-1", 0, "镇受让", money.Yuan(300_000)) // far below the assessed value
	clerk := o.visit("clerk-01")
	form := formOf(0)
	form.Set("contract", "CHEAP-1")
	form.Set("price", "300000")
	key := keyField.FindStringSubmatch(clerk.post("/cases/new", form).text)
	if key == nil {
		t.Fatal("the application has defects")
	}
	form.Set("key", key[1])
	form.Set("do", "submit")
	path, _, _ := strings.Cut(clerk.post("/cases/new", form).path, "?")
	b := o.open(t)
	b.signIn("tax-01")
	b.at(path)
	b.wait(`document.querySelector("#decide textarea")`)
	b.do(chromedp.Click("#decide [data-submit]"))
	b.wait(`document.activeElement.id === "errors"`)
	b.picture("tax-officer")
	b.press(kb.Tab + kb.Enter) // the link leads to the field
	b.wait(`document.activeElement.id === "reason-assess"`)
	b.do(chromedp.SendKeys("#reason-assess", "已核对评估报告。"))
	b.press(kb.Enter, chromedp.ModifierCtrl)
	b.wait(`["已完成"].includes(document.querySelector("#step-assess .tag").textContent)`)
	b.wait(`document.getElementById("live").innerText.includes("已核对评估报告。")`)
	b.quiet()
}
