// Package source finds stored logs and reads them as streams: files, folders
// and standard input, plain or compressed. It knows nothing of formats.
package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"resetproof/ingest/event"
)

// Stdin is the argument that stands for standard input.
const Stdin = "-"

// File is one stored file.
type File struct {
	// URI names it in origins and messages: the path as it was given.
	URI string
	// Size is in bytes as stored; -1 for what can be read only once (standard
	// input, a pipe).
	Size  int64
	stdin io.Reader
}

// maxFiles bounds a walk, so that a wrong argument such as / ends with a
// sentence and not with a full memory.
const maxFiles = 10_000_000

// List names the stored files behind an argument, in order: a folder's by name,
// level by level. left names what was left out: with Failed for folders and
// links that cannot be read, without for hidden files and links to folders,
// which are not followed. err says that the argument itself cannot be read.
func List(ctx context.Context, arg string, stdin io.Reader) (files []File, left []event.Unrecognised, err error) {
	if arg == Stdin {
		if stdin == nil {
			return nil, nil, errors.New("there is no standard input")
		}
		return []File{{URI: Stdin, Size: -1, stdin: stdin}}, nil, nil
	}
	if scheme, _, ok := strings.Cut(arg, "://"); ok {
		return nil, nil, fmt.Errorf("%s:// is not a place that can be read", scheme)
	}
	info, err := os.Stat(arg)
	if err != nil {
		return nil, nil, plain(err)
	}
	if !info.IsDir() {
		size := info.Size()
		if !info.Mode().IsRegular() {
			size = -1
		}
		return []File{{URI: arg, Size: size}}, nil, nil
	}
	w := walker{ctx: ctx}
	if err := w.folder(arg); err != nil {
		return nil, nil, err
	}
	if len(w.left) == 1 && w.left[0].URI == arg {
		return nil, nil, errors.New(w.left[0].Reason)
	}
	return w.files, w.left, nil
}

type walker struct {
	ctx   context.Context
	files []File
	left  []event.Unrecognised
}

func (w *walker) leave(path, reason string, failed bool) {
	w.left = append(w.left, event.Unrecognised{URI: path, Reason: reason, Failed: failed})
}

// folder walks one folder, whose entries os.ReadDir sorts by name. Links to
// folders are not followed, so a walk cannot loop.
func (w *walker) folder(dir string) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		w.leave(dir, "folder cannot be read: "+plain(err).Error(), true)
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if isHidden(e.Name()) {
			w.leave(path, "hidden", false)
			continue
		}
		if e.IsDir() {
			if err := w.folder(path); err != nil {
				return err
			}
			continue
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			w.leave(path, plain(err).Error(), true)
		case info.IsDir():
			w.leave(path, "a link to a folder, not followed", false)
		case !info.Mode().IsRegular():
			w.leave(path, "neither file nor folder", false)
		case len(w.files) == maxFiles:
			return fmt.Errorf("%s: more than %d files", dir, maxFiles)
		default:
			w.files = append(w.files, File{URI: path, Size: info.Size()})
		}
	}
	return nil
}

// isHidden tells names that systems and editors keep for themselves: .git,
// .DS_Store, and the folder macOS puts into zip archives.
func isHidden(name string) bool { return strings.HasPrefix(name, ".") || name == "__MACOSX" }

// plain says what went wrong without the path, which stands before it anyway.
func plain(err error) error {
	var perr *fs.PathError
	if errors.As(err, &perr) {
		return perr.Err
	}
	return err
}
