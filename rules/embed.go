package rules

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// bundled holds the rule files as they stand in this folder.
//
//go:embed checks frameworks policies schemas *.yaml
var bundled embed.FS

// bundledFile gives a file of this folder and the name errors call it by.
func bundledFile(path string) (name string, src []byte) {
	src, err := bundled.ReadFile(path)
	if err != nil {
		panic(fmt.Sprintf("rules/%s is not part of this build: %v", path, err))
	}
	return "rules/" + path, src
}

// ruleFile is one YAML file on its way in.
type ruleFile struct {
	name    string
	src     []byte
	bundled bool
}

// ruleFiles gives the bundled YAML files of a folder, then those of users'
// folders, each by name.
func ruleFiles(folder string, dirs []string) ([]ruleFile, error) {
	var all []ruleFile
	own, err := fs.Glob(bundled, folder+"/*.yaml")
	if err != nil {
		return nil, err
	}
	for _, path := range own {
		name, src := bundledFile(path)
		all = append(all, ruleFile{name, src, true})
	}
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, unwrapPath(err))
		} else if !info.IsDir() {
			return nil, fmt.Errorf("%s: not a folder", dir)
		}
		found, err := fs.Glob(os.DirFS(dir), "*.y*ml")
		if err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		for _, f := range found {
			src, err := readBounded(dir + "/" + f)
			if err != nil {
				return nil, err
			}
			all = append(all, ruleFile{dir + "/" + f, src, false})
		}
	}
	return all, nil
}

// readBounded reads a file a user names, no more of it than a rule file may hold.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, unwrapPath(err))
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, unwrapPath(err))
	}
	return src, nil
}

// unwrapPath drops the operation and path the os package repeats.
func unwrapPath(err error) error {
	if p, ok := err.(*fs.PathError); ok {
		return p.Err
	}
	return err
}

// digest is the lower-case hexadecimal SHA-256 of the files' bytes one after
// the other, as `cat a b | sha256sum` gives it.
func digest(files ...[]byte) string {
	h := sha256.New()
	for _, f := range files {
		h.Write(f)
	}
	return hex.EncodeToString(h.Sum(nil))
}
