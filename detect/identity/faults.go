package identity

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"resetproof/rules"
)

// maxRowErrors is how many faults of one context file are listed at once.
const maxRowErrors = 20

// faults gathers what is wrong with a context file.
type faults struct {
	name string
	src  []byte // for the line beside a caret; nil for another product's export, which may hold secrets
	list []error
	more int
}

// add notes a fault of a line. What follows ": hint: " says how to mend it.
func (f *faults) add(line int, format string, args ...any) {
	f.at(rowAt(line), format, args...)
}

// at notes a fault of a cell.
func (f *faults) at(p place, format string, args ...any) {
	if len(f.list) == maxRowErrors {
		f.more++
		return
	}
	f.list = append(f.list, mistake(f.name, f.src, p, format, args...))
}

// err gives all faults, nil for none.
func (f *faults) err() error {
	list := f.list
	if f.more > 0 {
		list = append(list[:len(list):len(list)], fmt.Errorf("%s: and %d more", f.name, f.more))
	}
	if len(list) == 1 {
		return list[0]
	}
	return errors.Join(list...)
}

// place is where a value stands: line and column from 1, the column in bytes;
// width is how many bytes it has, below 0 where it ends with its cell.
type place struct{ line, col, width int32 }

// rowAt is where a row begins.
func rowAt(line int) place { return place{int32(line), 1, -1} }

// mistake makes an error about a place in a context file. The format may end
// in ": hint: …".
func mistake(name string, src []byte, p place, format string, args ...any) error {
	msg, hint, _ := strings.Cut(fmt.Sprintf(format, args...), ": hint:")
	hint = strings.TrimSpace(hint)
	if src == nil || p.line == 0 {
		return &rules.Error{File: name, Line: int(p.line), Col: min(1, int(p.line)), Msg: msg, Hint: hint}
	}
	text := lineOfText(src, int(p.line))
	at := min(max(int(p.col)-1, 0), len(text))
	end := at + int(p.width)
	if p.width < 0 {
		end = at + bytes.IndexByte(append(text[at:len(text):len(text)], ','), ',')
	}
	end = min(end, len(text))
	return rules.ErrorOn(name, src, int(p.line), utf8.RuneCount(text[:at])+1, utf8.RuneCount(text[at:end]), msg, hint)
}

// lineOfText gives a line by its number, nil for one that is not there.
func lineOfText(src []byte, number int) []byte {
	for line := range bytes.Lines(src) {
		if number--; number == 0 {
			return bytes.TrimRight(line, "\r\n")
		}
	}
	return nil
}
