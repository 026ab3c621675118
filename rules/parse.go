package rules

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Bounds on a YAML file, far above any real one: the parser recurses once per
// level of nesting, which a column (block style) or a bracket (flow style) opens.
const (
	maxFileBytes = 4 << 20
	maxLineBytes = 16 << 10
	maxBrackets  = 1000
)

// parse gives the YAML documents of a file, empty ones left out.
func parse(file string, src []byte) (docs []ast.Node, err error) {
	if err := bounded(file, src); err != nil {
		return nil, err
	}
	// The library is known to panic on some broken inputs; a broken file is
	// the user's mistake and must be reported as one.
	defer func() {
		if recover() != nil {
			docs, err = nil, &Error{File: file, Msg: "not YAML that can be read"}
		}
	}()
	f, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, syntaxError(file, src, err)
	}
	for _, d := range f.Docs {
		switch d.Body.(type) {
		case nil, *ast.CommentGroupNode, *ast.NullNode:
		default:
			docs = append(docs, d.Body)
		}
	}
	return docs, nil
}

func syntaxError(file string, src []byte, err error) error {
	var located yaml.Error
	if !errors.As(err, &located) || located.GetToken() == nil || located.GetToken().Position == nil {
		return &Error{File: file, Msg: "not YAML that can be read"}
	}
	p := located.GetToken().Position
	// The library's sentence for a repeated key quotes its path, no value.
	return ErrorAt(file, src, p.Line, p.Column, located.GetMessage(), "")
}

func bounded(file string, src []byte) error {
	if len(src) > maxFileBytes {
		return &Error{File: file, Msg: fmt.Sprintf("larger than %d MiB", maxFileBytes>>20)}
	}
	if !utf8.Valid(src) {
		return &Error{File: file, Msg: "not UTF-8 text"}
	}
	number := 0
	for line := range bytes.Lines(src) {
		number++
		if len(line) > maxLineBytes {
			return &Error{File: file, Line: number, Col: 1, Msg: fmt.Sprintf("line longer than %d KiB", maxLineBytes>>10)}
		}
		if i := bytes.IndexByte(line, 0); i >= 0 {
			return &Error{File: file, Line: number, Col: i + 1, Msg: "holds a NUL byte"}
		}
	}
	depth := 0
	for _, c := range src {
		switch c {
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		if depth > maxBrackets {
			return &Error{File: file, Msg: fmt.Sprintf("more than %d brackets deep", maxBrackets)}
		}
	}
	return nil
}

// position gives where a node begins, counted from 1.
func position(n ast.Node) (line, col int) {
	switch n := n.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 && !n.IsFlowStyle {
			return position(n.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return position(n.Key)
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return 0, 0
	}
	p := n.GetToken().Position
	return p.Line, p.Column
}

// textLine is the line on which a scalar's text begins: for a block scalar
// the one below its indicator.
func textLine(n ast.Node) int {
	line, _ := position(n)
	if _, block := n.(*ast.LiteralNode); block {
		line++
	}
	return line
}

// pairs gives the entries of a mapping; ok is false for any other node.
func pairs(n ast.Node) (entries []*ast.MappingValueNode, ok bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

// called names what a node is, for sentences such as "wants a list, is text".
func called(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode, *ast.LiteralNode:
		return "text"
	case *ast.IntegerNode, *ast.FloatNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	case *ast.NullNode:
		return "empty"
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return "an anchor or alias"
	case *ast.TagNode:
		return "a tag"
	}
	return strings.ToLower(n.Type().String())
}
