// Command resetproof rebuilds the chain of custody of every credential reset
// from the logs an organisation already keeps, and judges it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the whole program: it does not exit and leaves nothing global changed, so
// that tests can call it. It gives the exit code.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	return execute(&app{args: args, in: in, out: out, log: newLogger(errs)}, errs)
}

// execute runs the command of an app.
func execute(a *app, errs io.Writer) (code int) {
	ctx, release := untilSignal(context.Background())
	defer release()
	defer func() {
		// The value may quote input, so only its type and the stack are shown.
		if v := recover(); v != nil {
			a.log.fail(fmt.Errorf("internal error (%T), please report it:\n%s", v, debug.Stack()), "")
			code = exitUnfinished
		}
	}()
	root := newRoot(a)
	root.SetArgs(a.args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(errs)
	return a.exit(ctx, root.ExecuteContext(ctx))
}

// app is what every sub-command works with.
type app struct {
	args []string
	in   io.Reader
	out  io.Writer
	log  *logger
	// failAt is lake.Options.FailAt: tests kill a run at a named point; nil otherwise.
	failAt func(point string) error
	// code is the exit code of a command that did its work: 0, 1 or 3.
	code int
}

// exit says what went wrong, if anything did, and gives the exit code.
func (a *app) exit(ctx context.Context, err error) int {
	var signalled *interrupted
	var failed *failure
	switch {
	case errors.As(context.Cause(ctx), &signalled) && err != nil:
		a.log.fail(errors.New(signalled.Error()+": stopped, no report was written"), "")
		return signalled.code()
	case err == nil:
		return a.code
	case errors.As(err, &failed):
		a.log.fail(failed.err, failed.hint)
		return failed.code
	}
	a.log.fail(err, "")
	return exitUnfinished
}
