package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"resetproof/rules"
)

// Exit codes, as the README promises them. 0 is nothing at or above --fail-on;
// 130 and 143 are signals.
const (
	exitFindings   = 1
	exitUsage      = 2 // usage, policy, rules, config or context file
	exitIncomplete = 3 // some input was not taken in; outranks exitFindings
	exitUnfinished = 4 // disk full, internal
)

// failure ends the program with a code, a sentence and perhaps a hint.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usage is a mistake of the user's: in the command, config, policy, rules or
// context files. Nothing was written.
func usage(err error, hint string) error {
	var already *failure
	if errors.As(err, &already) {
		return err
	}
	if e, ok := err.(*rules.Error); ok && hint == "" {
		bare := *e
		bare.Hint = ""
		err, hint = &bare, e.Hint
	}
	return &failure{exitUsage, err, hint}
}

func usagef(hint, format string, args ...any) error { return usage(fmt.Errorf(format, args...), hint) }

// interrupted is the cause of a context that a signal ended.
type interrupted struct{ signal syscall.Signal }

func (i *interrupted) Error() string { return i.signal.String() }

// code is 128 plus the signal's number, as shells have it: 130, 143.
func (i *interrupted) code() int { return 128 + int(i.signal) }

// untilSignal gives a context that the first SIGINT or SIGTERM ends; the
// second one kills the program as it would any other.
func untilSignal(parent context.Context) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals)
			number, _ := s.(syscall.Signal)
			cancel(&interrupted{number})
		case <-done:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}
