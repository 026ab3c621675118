package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version and commit are stamped in by the Makefile; a plain go build says
// "devel" and the commit that Go finds itself.
var (
	version = "devel"
	commit  string
)

// build says which program this is.
type build struct {
	Version, Commit, Go string
}

func thisBuild() build {
	b := build{Version: version, Commit: commit, Go: runtime.Version()}
	info, ok := debug.ReadBuildInfo()
	if !ok || commit != "" {
		return b
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.Commit = s.Value + b.Commit
		case s.Key == "vcs.modified" && s.Value == "true":
			b.Commit += "+modified"
		}
	}
	return b
}

func versionCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print version, commit and Go version",
		Example: "  resetproof version",
		Args:    arguments(cobra.NoArgs),
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			commit := b.Commit
			if commit == "" {
				commit = "unknown"
			}
			_, err := fmt.Fprintf(a.out, "resetproof %s\ncommit %s\n%s\n", b.Version, commit, b.Go)
			return err
		},
	}
}
