package report

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"resetproof/ingest/event"
)

func TestLongListInABrowser(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	writeMany(t, out, 2_000)
	b := newTab(t, browser(t))
	b.look("light", "screen", 1280)
	b.open(filepath.Join(out, PageFile), "#cases")
	b.until(cardsShown + ` > 0`)
	first := ask[string](b, `document.querySelector("#list .card").id`)

	b.run(`document.querySelector("#list .card details").open = true`)
	b.run(`document.querySelector("#list .group:nth-child(2)").scrollIntoView()`)
	b.until(`document.querySelector("#list .group:nth-child(2) .card") !== null`)
	b.run(`document.querySelector("#list .group:nth-child(2) .card header").dataset.mark = "seen"`)
	b.run(`document.getElementById("coverage").scrollIntoView()`)
	b.until(`document.querySelector("#list .group:last-child .card") !== null`)
	b.until(cardsShown + ` <= 100`)
	if n := ask[int](b, `document.querySelectorAll("#list .group").length`); n != 40 {
		t.Errorf("%d groups, want 800 cases in 40", n)
	}
	if !ask[bool](b, fmt.Sprintf(`document.getElementById(%q)?.querySelector("details").open ?? false`, first)) {
		t.Error("what the reader opened was shut when they scrolled away")
	}
	if ask[bool](b, `document.querySelector("[data-mark]") !== null`) {
		t.Error("groups far from the view are not taken away")
	}
	b.run(`document.querySelector("#list .group:nth-child(2)").scrollIntoView()`)
	b.until(`document.querySelector("#list .group:nth-child(2) .card") !== null`)
	b.clean()
}

// A control that is not in operation is told once; in each case it is a line to
// unfold, and the case does not stand above others for it.
func TestDeficiencyIsFoldedInABrowser(t *testing.T) {
	_, out := writeFailing(t, 24, 20)
	page := filepath.Join(out, PageFile)
	chromium := browser(t)
	b := newTab(t, chromium)
	b.look("light", "screen", 1280)
	b.open(page, "#cases")
	b.until(cardsShown + ` >= 20`) // all that fail; the others come after them
	if n := ask[int](b, `document.querySelectorAll("#list .finding").length`); n != 0 {
		t.Errorf("%d findings are shown one by one", n)
	}
	if n := ask[int](b, `[...document.querySelectorAll("#list summary")].filter((s) => s.textContent.startsWith("1 finding of controls that are not in operation: Nobody approved")).length`); n != 20 {
		t.Errorf("%d cases fold the deficiency, want 20", n)
	}
	text := ask[string](b, `document.querySelector(".designs li").innerText`)
	if want := "high\nNobody approved the reset: 20 of 24 resets of ordinary accounts, assisted, ad. For example"; len(text) < len(want) || text[:len(want)] != want {
		t.Errorf("the deficiency reads %q", text)
	}
	b.clean()

	one := newTab(t, chromium)
	act := event.Hash("act", "3").String()
	finding := event.Hash("finding", act).String()
	one.open(page, "#finding-"+finding)
	one.until(fmt.Sprintf(`document.getElementById("finding-%s")?.checkVisibility() ?? false`, finding))
	one.clean()
}

func TestPageOnPaper(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	writeSample(t, out, 1)
	b := newTab(t, browser(t))
	b.look("dark", "screen", 1280) // a reader's dark screen must not print dark
	b.open(filepath.Join(out, PageFile), "")
	pdf, err := chromedp.Run(b.ctx, chromedp.PrintToPDF(chromedp.PDFPrintBackground()))
	check(t, err)
	if !bytes.HasPrefix(pdf, []byte("%PDF")) || len(pdf) < 50<<10 {
		t.Errorf("the page prints as %d bytes", len(pdf))
	}
	b.clean()

	b.look("dark", "print", 800)
	b.run(`dispatchEvent(new Event("beforeprint"))`)
	if n := ask[int](b, cardsShown); n != 6 {
		t.Errorf("%d cards are printed, want all 6", n)
	}
	if n := ask[int](b, `document.querySelectorAll("#list .finding > details:not([open]), main > section > details:not([open])").length`); n != 0 {
		t.Errorf("%d parts are printed shut", n)
	}
	if paper := ask[string](b, `getComputedStyle(document.body).backgroundColor`); paper != "rgb(255, 255, 255)" {
		t.Errorf("paper is printed as %s", paper)
	}
	if ask[bool](b, `document.getElementById("filter").checkVisibility()`) {
		t.Error("the filter is printed")
	}
	b.run(`dispatchEvent(new Event("afterprint"))`)
	if n := ask[int](b, `document.querySelectorAll("main > section > div > details[open]").length`); n != 0 {
		t.Errorf("%d parts stay open after printing", n)
	}
}
