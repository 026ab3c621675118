package report

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The names Chromium goes by, and how long one page may take.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

const tabPatience = 60 * time.Second

// lacks skips a test and says in words what is not there; under continuous
// integration what is not there is a failure.
func lacks(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s; make test as root on Debian installs it", what)
	}
	t.Skipf("skipped: %s; make test as root on Debian installs it", what)
}

// browser starts a Chromium that ends with the test.
func browser(t testing.TB) context.Context {
	t.Helper()
	at := slices.IndexFunc(browsers, func(name string) bool { _, err := exec.LookPath(name); return err == nil })
	if at < 0 {
		lacks(t, "no Chromium here to open the page in")
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(browsers[at]), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-dev-shm-usage", true))
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(alloc)
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting %s: %v", browsers[at], err)
	}
	return ctx
}

// tab is one page in the browser and what went wrong in it.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	page     string
	troubles []string // errors on the console, exceptions, requests to anywhere
}

func newTab(t testing.TB, browser context.Context) *tab {
	t.Helper()
	ctx, end := chromedp.NewContext(browser)
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("opening a tab: %v", err)
	}
	ctx, late := context.WithTimeout(ctx, tabPatience)
	t.Cleanup(late)
	b := &tab{t: t, ctx: ctx}
	err := chromedp.Listen(ctx, func(e any) {
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			b.trouble("exception: " + e.ExceptionDetails.Text + " " + fmt.Sprint(e.ExceptionDetails.LineNumber) + " " + e.ExceptionDetails.Exception.Description)
		case *runtime.EventConsoleAPICalled:
			b.trouble("console: " + string(e.Type))
		case *log.EventEntryAdded:
			b.trouble("log: " + e.Entry.Text)
		case *network.EventRequestWillBeSent:
			if to, _, _ := strings.Cut(e.Request.URL, "#"); to != b.page {
				b.trouble("request: " + e.Request.URL)
			}
		}
	})
	if err != nil {
		t.Fatalf("listening to the browser: %v", err)
	}
	return b
}

func (b *tab) trouble(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.troubles = append(b.troubles, text)
}

// open loads a file, with an address that may name a place in it.
func (b *tab) open(path, hash string) {
	b.t.Helper()
	b.page = "file://" + (&url.URL{Path: path}).EscapedPath()
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	b.do(chromedp.Navigate(b.page+hash), chromedp.WaitReady("#tally"))
}

// look sets what the page is told of its reader's screen.
func (b *tab) look(scheme, media string, width int64) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 844, DeviceScaleFactor: 1, Mobile: width < 500})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
}

func call[P, R any](b *tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatalf("in the browser: %v", err)
	}
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatalf("in the browser: %v", err)
	}
}

// run evaluates statements in the page.
func (b *tab) run(statements string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](statements))
}

// ask evaluates an expression in the page; a promise is waited for.
func ask[T any](b *tab, expression string) T {
	b.t.Helper()
	answer, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("in the browser: %v", err)
	}
	return answer
}

// until waits for an expression to become true.
func (b *tab) until(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(10*time.Second)))
	if err != nil {
		b.t.Fatalf("waiting for %s: %v; the list says %q", expression, err, ask[string](b, tallyText))
	}
}

// unfold goes to the list and opens every part of it and of the page.
func (b *tab) unfold(cases int) {
	b.t.Helper()
	b.run(`document.getElementById("cases").scrollIntoView()`)
	b.until(cardsShown + ` > 0`)
	b.run(`for (const d of document.querySelectorAll("details")) d.open = true`)
	b.until(fmt.Sprintf(`document.querySelectorAll(".lanes").length === %d`, cases))
}

func (b *tab) clean() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, text := range b.troubles {
		b.t.Error(text)
	}
}

const (
	cardsShown = `document.querySelectorAll("#list .card").length`
	tallyText  = `document.getElementById("tally").textContent`
)

func TestPageInABrowser(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	writeSample(t, out, 1)
	page := filepath.Join(out, PageFile)
	chromium := browser(t)

	t.Run("opens without errors and without the network", func(t *testing.T) {
		b := newTab(t, chromium)
		b.open(page, "")
		b.unfold(4)
		if n := ask[int](b, cardsShown); n != 6 {
			t.Errorf("%d cards are drawn, want 4 cases and 2 findings outside cases", n)
		}
		for _, section := range []string{"assurance", "audit", "containment", "cases", "coverage"} {
			if !ask[bool](b, fmt.Sprintf(`document.getElementById(%q) !== null`, section)) {
				t.Errorf("the page has no section %s", section)
			}
		}
		b.clean()
	})

	t.Run("filters, searches and names the filter in the address", func(t *testing.T) {
		b := newTab(t, chromium)
		b.open(page, "")
		for _, c := range []struct{ field, value, tally, hash string }{
			{"severity", "critical", "1 case with 5 findings", "#severity=critical"},
			{"severity", "", "4 cases with 8 findings", "#cases"},
			{"check", "log-cleared", "0 cases with 1 finding,", "#check=log-cleared"},
			{"check", "", "4 cases with 8 findings", "#cases"},
			{"custody", "proven", "1 case with 0 findings", "#custody=proven"},
			{"custody", "", "4 cases with 8 findings", "#cases"},
			{"path", "automated", "1 case with 0 findings", "#path=automated"},
			{"path", "", "4 cases with 8 findings", "#cases"},
			{"text", "inc0010007 DANA", "1 case with 5 findings", "#text=inc0010007+DANA"},
			{"text", "nobody-of-that-name", "0 cases with 0 findings", "#text=nobody-of-that-name"},
		} {
			b.run(fmt.Sprintf(`{ const f = document.getElementById("filter").elements[%q]; f.value = %q; f.dispatchEvent(new Event("input", { bubbles: true })); }`, c.field, c.value))
			b.until(fmt.Sprintf(`%s.startsWith(%q) && location.hash === %q`, tallyText, c.tally, c.hash))
		}
		b.do(chromedp.Click(`#filter button[type=reset]`))
		b.until(tallyText + `.startsWith("4 cases")`)
		b.clean()
	})

	t.Run("follows links", func(t *testing.T) {
		for _, c := range []struct{ hash, tally, card string }{
			{"#case-" + id("case-ann"), "Showing the one", "case-" + id("case-ann")},
			{"#case-" + id("case-dana-okta"), "Showing the one", "case-" + id("case-dana")}, // by an alias
			{"#finding-" + id("cleared"), "Showing the one", "finding-" + id("cleared")},
			{"#check=self-approval", "1 case with 5 findings", "case-" + id("case-dana")},
			{"#control=nist-csf-2.0/PR.AA-02", "1 case with 5 findings", "case-" + id("case-dana")},
			{"#custody=partial&text=okta", "1 case with 1 finding,", "case-" + id("case-hostile")},
			{"#%E0%A4%A", "4 cases", "cases"}, // no address of ours
		} {
			b := newTab(t, chromium)
			b.open(page, c.hash)
			if text := ask[string](b, tallyText); !strings.HasPrefix(text, c.tally) {
				t.Errorf("%s: the list says %q, want %q", c.hash, text, c.tally)
			}
			if !ask[bool](b, fmt.Sprintf(`document.getElementById(%q) !== null`, c.card)) {
				t.Errorf("%s: %s is not drawn", c.hash, c.card)
			}
			b.clean()
		}
	})

	t.Run("lists the controls of a finding by framework", func(t *testing.T) {
		b := newTab(t, chromium)
		b.open(page, "#finding-"+id("cleared"))
		b.unfold(0)
		b.until(fmt.Sprintf(`[...document.querySelectorAll("#finding-%s h5")].find((h) => h.textContent === "Controls it speaks of")?.nextSibling.textContent === "nist-csf-2.0PR.PS-04"`, id("cleared")))
		b.clean()
	})

	t.Run("shows hostile text as text", func(t *testing.T) {
		b := newTab(t, chromium)
		b.open(page, "#case-"+id("case-hostile"))
		b.unfold(1)
		if n := ask[int](b, `document.querySelectorAll("img, iframe, object, embed, link, base, main script, [onerror], [onload], [onclick]").length`); n != 0 {
			t.Errorf("text from a log became %d elements", n)
		}
		text := ask[string](b, `document.body.textContent.replace(/\{"case".*/g, "")`)
		if !strings.Contains(ask[string](b, `document.getElementById("list").textContent`), "<script>alert(1)</script>") {
			t.Error("the hostile name is not shown as it was written")
		}
		shown := ask[string](b, `document.getElementById("list").textContent`)
		for _, c := range text {
			if isActive(c) && c != '\n' && c != '\t' {
				t.Errorf("the page shows the active character U+%04X", c)
				break
			}
		}
		if !strings.Contains(shown, "⟨001B⟩") || !strings.Contains(shown, "⟨202E⟩") {
			t.Error("escape and direction marks are not shown by their numbers")
		}
		b.clean()
	})

	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390} {
			t.Run(fmt.Sprintf("%s at %d px", scheme, width), func(t *testing.T) {
				b := newTab(t, chromium)
				b.look(scheme, "screen", width)
				b.open(page, "")
				b.unfold(4)
				if n := ask[int](b, `document.documentElement.scrollWidth`); int64(n) > width {
					t.Errorf("the page is %d px wide", n)
				}
				dark := ask[string](b, `getComputedStyle(document.body).backgroundColor`) == "rgb(18, 22, 28)"
				if dark != (scheme == "dark") {
					t.Errorf("the page is dark: %v", dark)
				}
				// Every colour of a word, also those that this sample does not use.
				b.run(`for (const c of ["critical", "high", "medium", "low", "info", "proven", "partial", "pending", "broken", "unknown", "met", "not-met", "not-due", "excepted", "not-assessable"]) {
					for (const place of [document.querySelector("main"), document.querySelector("#list .card")]) {
						const p = document.createElement("p");
						p.className = "sev c-" + c;
						p.textContent = c;
						place.append(p);
					}
				}`)
				b.clean() // before axe, whose own messages are no trouble of ours
				t.Run("accessible", func(t *testing.T) {
					axe := axeSource(t)
					b.t = t
					holdToAxe(b, axe)
				})
			})
		}
	}
}
