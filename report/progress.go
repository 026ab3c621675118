package report

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// redraw is the least time between two drawings of the bar.
const redraw = 100 * time.Millisecond

// Progress tells on standard error what a run is doing: a bar on a terminal,
// else one line a stage. It may be used by several goroutines.
type Progress struct {
	mu    sync.Mutex
	out   io.Writer // nil: quiet
	isTTY bool
	stage string
	bar   *progressbar.ProgressBar
}

// NewProgress writes to out, or nothing if quiet.
func NewProgress(out io.Writer, quiet bool) *Progress {
	p := &Progress{}
	if quiet {
		return p
	}
	p.out = out
	if f, ok := out.(*os.File); ok {
		p.isTTY = term.IsTerminal(int(f.Fd()))
	}
	return p
}

// Stage says how far a stage is; total 0 means that its end is not known. A new
// name begins a new stage and ends the one before.
func (p *Progress) Stage(stage string, done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out == nil {
		return
	}
	if stage != p.stage {
		p.endStage()
		p.stage = stage
		if !p.isTTY {
			fmt.Fprintf(p.out, "resetproof: %s\n", visible(stage, maxWidth))
			return
		}
		p.bar = newBar(p.out, stage, total)
	}
	if p.bar == nil {
		return
	}
	if total > 0 && total != p.bar.GetMax64() {
		p.bar.ChangeMax64(total)
	}
	_ = p.bar.Set64(done) // a bar that cannot be drawn must not stop the run
}

// Close ends the last stage and clears the bar.
func (p *Progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endStage()
}

func (p *Progress) endStage() {
	if p.bar != nil {
		_ = p.bar.Clear() // as above
		p.bar = nil
	}
}

func newBar(out io.Writer, stage string, total int64) *progressbar.ProgressBar {
	if total <= 0 {
		total = -1 // a spinner
	}
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(out),
		progressbar.OptionSetDescription(visible(stage, minWidth)),
		progressbar.OptionThrottle(redraw),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("records"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionClearOnFinish(),
	)
}
