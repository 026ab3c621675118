package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"resetproof": main})
}

// TestTranscripts runs testdata/cli: what a user types and what they see.
// Beside testscript's own commands there are
//
//	code N COMMAND…       run a command that must exit with N
//	bytes FILE QUOTED     append what a Go string literal says, and a line end
//	longline FILE MIB     append a JSON line that long to a file
//	balanced FILE…        each coverage.json accounts for every record
//	sed OLD NEW FILE      replace the first line that a pattern matches as a whole, or drop it
func TestTranscripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/cli",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code": exitsWith, "longline": longLine, "bytes": appendBytes, "balanced": balanced, "sed": replaceLine,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("no condition %q", cond)
		},
	})
}

func exitsWith(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: code N COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func appendBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytes FILE QUOTED")
	}
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	ts.Check(err)
	_, err = io.WriteString(f, text+"\n")
	ts.Check(errors.Join(err, f.Close()))
}

func longLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: longline FILE MIB")
	}
	size, err := strconv.Atoi(args[1])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o644)
	ts.Check(err)
	_, err = io.WriteString(f, `{"filler":"`)
	for range size {
		if err == nil {
			_, err = io.WriteString(f, strings.Repeat("x", 1<<20))
		}
	}
	if err == nil {
		_, err = io.WriteString(f, "\"}\n")
	}
	ts.Check(errors.Join(err, f.Close()))
}

func balanced(ts *testscript.TestScript, neg bool, args []string) {
	for _, file := range args {
		if err := accounts([]byte(ts.ReadFile(file))); err != nil {
			ts.Fatalf("%s: %v", file, err)
		}
	}
}

func replaceLine(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: sed OLD NEW FILE")
	}
	old, err := regexp.Compile("^(?:" + args[0] + ")$")
	ts.Check(err)
	lines := strings.Split(ts.ReadFile(args[2]), "\n")
	i := slices.IndexFunc(lines, old.MatchString)
	if i < 0 {
		ts.Fatalf("no line of %s is %s", args[2], args[0])
	}
	if lines[i] = args[1]; args[1] == "" {
		lines = slices.Delete(lines, i, i+1)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(strings.Join(lines, "\n")), 0o600))
}
