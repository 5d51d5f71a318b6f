package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The queue's console works under a Content-Security-Policy without inline scripts,
// in a real browser, and changes nothing: the doors let nothing but reading through.
func TestTheConsoleOfTheQueueIsOnlyRead(t *testing.T) {
	t.Parallel()
	r := newRehearsal(t, 1)
	r.start()
	r.accept(0)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-component-update", true), chromedp.UserDataDir(t.TempDir()))
	allocator, release := chromedp.NewExecAllocator(context.Background(), options...)
	defer release()
	ctx, end := chromedp.NewContext(allocator)
	defer end()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)); err != nil { // without a time limit: it starts the browser
		t.Fatal(err)
	}
	var mu sync.Mutex
	var refused []string
	err := chromedp.Listen(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			refused = append(refused, fmt.Sprint(e.Entry.Source, " ", e.Entry.Text, " ", e.Entry.URL))
		case *network.EventResponseReceived:
			if e.Response.Status >= 400 {
				refused = append(refused, fmt.Sprint(e.Response.Status, " ", e.Response.URL))
			}
		case *runtime.EventExceptionThrown:
			refused = append(refused, e.ExceptionDetails.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	basic := base64.StdEncoding.EncodeToString([]byte("system-01:" + r.secrets["system-01"].Text()))
	limited, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	header := network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Authorization": "Basic " + basic}}
	_, err = chromedp.Call(limited, network.Enable, network.EnableParams{})
	if err == nil {
		_, err = chromedp.Call(limited, network.SetExtraHTTPHeaders, header)
	}
	if err == nil {
		err = chromedp.Do(limited, chromedp.Navigate(r.url+"/admin/jobs/jobs?state=completed"))
	}
	text := ""
	for began := time.Now(); err == nil && !strings.Contains(text, "sweep") && time.Since(began) < 30*time.Second; {
		text, err = chromedp.Run(limited, chromedp.Evaluate[string]("document.body.innerText"))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/admin/jobs", "/admin/jobs/", "/admin/jobs/queues", "/admin/jobs/workflows"} {
		err = chromedp.Do(limited, chromedp.Navigate(r.url+path), chromedp.Sleep(2*time.Second))
		if err != nil {
			t.Fatal(err)
		}
	}
	png, err := chromedp.Run(limited, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("ONEWINDOW_PICTURES"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "console.png"), png, 0o600); err != nil {
			t.Error(err)
		}
	}
	if !strings.Contains(text, "sweep") {
		t.Errorf("the console says %q", text)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(refused) > 0 {
		t.Errorf("the browser complains %q", refused)
	}
	for _, path := range []string{"/admin/jobs/favicon.ico", "/admin/jobs/icon.svg", "/admin/jobs/apple-icon.png", "/favicon.ico"} {
		if status := r.send("GET", r.url+path, "system-01", ""); status != http.StatusOK {
			t.Errorf("%s, for which browsers ask by themselves: %d", path, status)
		}
	}
	for _, path := range []string{"jobs/cancel", "jobs/retry", "jobs/delete", "queues/review/pause"} {
		for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
			if status := r.send(method, r.url+"/admin/jobs/api/"+path, "system-01", fmt.Sprintf(`{"ids":["%d"]}`, 1)); status != 405 {
				t.Errorf("%s %s: %d", method, path, status)
			}
		}
	}
}
