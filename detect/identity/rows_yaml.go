package identity

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxYAML is the largest context file read as YAML, whose tree takes far more
// memory than its text; larger ones are written as CSV.
const maxYAML = 8 << 20

// yamlRows reads a sequence of mappings whose values are scalars or lists of
// scalars. Anchors and aliases are refused: nothing here needs them, and they
// can blow up a small file.
func yamlRows(name string, src []byte) ([]row, error) {
	if len(src) > maxYAML {
		return nil, mistake(name, nil, place{}, "larger than %d MiB: hint: write a file of this size as CSV", maxYAML>>20)
	}
	if line := tooDeep(src); line > 0 {
		return nil, mistake(name, src, rowAt(line), "nested too deeply: hint: an entry holds values and lists of values")
	}
	tree, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, yamlError(name, err)
	}
	var rows []row
	lines := bytes.Split(src, []byte("\n"))
	for _, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		list, ok := doc.Body.(*ast.SequenceNode)
		if !ok {
			return nil, mistake(name, src, rowAt(lineOf(doc.Body)), "not a sequence: hint: begin each entry with \"- \"")
		}
		for _, item := range list.Values {
			r, err := yamlRow(name, src, lines, item)
			if err != nil {
				return nil, err
			}
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// The parser calls itself for every level: more open brackets than this, or
// more dashes before one entry, are no context file but an attack on the stack.
const (
	maxOpenBrackets = 1000 // text may hold some that are never closed
	maxDashes       = 8
)

// tooDeep gives the line at which a file is nested beyond reason, 0 if none is.
func tooDeep(src []byte) int {
	open := 0
	for i, line := range bytes.Split(src, []byte("\n")) {
		open = max(0, open+bytes.Count(line, []byte("["))+bytes.Count(line, []byte("{"))-bytes.Count(line, []byte("]"))-bytes.Count(line, []byte("}")))
		lead := line[:len(line)-len(bytes.TrimLeft(line, " \t-?"))]
		if open > maxOpenBrackets || len(bytes.Fields(lead)) > maxDashes {
			return i + 1
		}
	}
	return 0
}

func yamlRow(name string, src []byte, lines [][]byte, item ast.Node) (row, error) {
	mapping, ok := item.(*ast.MappingNode)
	if !ok {
		return row{}, mistake(name, src, placeOf(item, lines), "an entry must be a list of \"key: value\"")
	}
	r := row{lineOf(item), make(map[string]cell, len(mapping.Values))}
	for i, pair := range mapping.Values {
		line := lineOf(pair.Key)
		text, ok := yamlText(pair.Key) // without the quotes that JSON has
		if !ok {
			return row{}, mistake(name, src, placeOf(pair.Key, lines), "a key must be a word")
		}
		key := strings.ToLower(text)
		if i == 0 {
			r.line = line
		}
		if _, twice := r.cells[key]; twice {
			return row{}, mistake(name, src, placeOf(pair.Key, lines), "key %q stands twice", key)
		}
		value, ok := yamlCell(pair.Value)
		if !ok {
			return row{}, mistake(name, src, placeOf(pair.Key, lines), "%s takes a value or a list of values", key)
		}
		if value.place = placeOf(pair.Value, lines); value.list != nil {
			value.width = maxYAML // its token is the bracket alone
		}
		r.cells[key] = value
	}
	return r, nil
}

func yamlCell(node ast.Node) (cell, bool) {
	if list, ok := node.(*ast.SequenceNode); ok {
		c := cell{list: []string{}}
		for _, item := range list.Values {
			text, ok := yamlText(item)
			if !ok {
				return cell{}, false
			}
			if text != "" {
				c.list = append(c.list, text)
			}
		}
		return c, true
	}
	text, ok := yamlText(node)
	return cell{text: text}, ok
}

// yamlText gives a scalar as it is written, so that 0012 stays 0012.
func yamlText(node ast.Node) (string, bool) {
	switch node := node.(type) {
	case *ast.NullNode:
		return "", true
	case *ast.StringNode:
		return strings.TrimSpace(node.Value), true
	case *ast.LiteralNode:
		return strings.TrimSpace(node.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return node.GetToken().Value, true
	}
	return "", false
}

func lineOf(node ast.Node) int {
	if token := node.GetToken(); token != nil && token.Position != nil {
		return token.Position.Line
	}
	return 0
}

// placeOf is where a node begins. Its column, which the parser counts in
// characters, is made one in bytes.
func placeOf(node ast.Node, lines [][]byte) place {
	token := node.GetToken()
	if token == nil || token.Position == nil || token.Position.Line > len(lines) {
		return place{}
	}
	line := lines[token.Position.Line-1]
	col, left := 0, token.Position.Column-1
	for ; left > 0 && col < len(line); left-- {
		_, size := utf8.DecodeRune(line[col:])
		col += size
	}
	return place{int32(token.Position.Line), int32(col + 1), int32(len(token.Value))}
}

// yamlError keeps the parser's message and line and leaves out the excerpt.
func yamlError(name string, err error) error {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil || at.GetToken().Position == nil {
		return mistake(name, nil, place{}, "not YAML")
	}
	return mistake(name, nil, rowAt(at.GetToken().Position.Line), "%s", at.GetMessage())
}
