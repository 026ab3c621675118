package identity

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

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
		return nil, fmt.Errorf("%s: larger than %d MiB: hint: write a file of this size as CSV", name, maxYAML>>20)
	}
	if line := tooDeep(src); line > 0 {
		return nil, fmt.Errorf("%s:%d: nested too deeply: hint: an entry holds values and lists of values", name, line)
	}
	tree, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, yamlError(name, err)
	}
	var rows []row
	for _, doc := range tree.Docs {
		if doc.Body == nil {
			continue
		}
		list, ok := doc.Body.(*ast.SequenceNode)
		if !ok {
			return nil, fmt.Errorf("%s:%d: not a sequence: hint: begin each entry with \"- \"", name, lineOf(doc.Body))
		}
		for _, item := range list.Values {
			r, err := yamlRow(name, item)
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

func yamlRow(name string, item ast.Node) (row, error) {
	mapping, ok := item.(*ast.MappingNode)
	if !ok {
		return row{}, fmt.Errorf("%s:%d: an entry must be a list of \"key: value\"", name, lineOf(item))
	}
	r := row{lineOf(item), make(map[string]cell, len(mapping.Values))}
	for i, pair := range mapping.Values {
		line := lineOf(pair.Key)
		text, ok := yamlText(pair.Key) // without the quotes that JSON has
		if !ok {
			return row{}, fmt.Errorf("%s:%d: a key must be a word", name, line)
		}
		key := strings.ToLower(text)
		if i == 0 {
			r.line = line
		}
		if _, twice := r.cells[key]; twice {
			return row{}, fmt.Errorf("%s:%d: key %q stands twice", name, line, key)
		}
		value, ok := yamlCell(pair.Value)
		if !ok {
			return row{}, fmt.Errorf("%s:%d: %s takes a value or a list of values", name, line, key)
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

// yamlError keeps the parser's message and line and leaves out the excerpt.
func yamlError(name string, err error) error {
	var at yaml.Error
	if !errors.As(err, &at) || at.GetToken() == nil || at.GetToken().Position == nil {
		return fmt.Errorf("%s: not YAML", name)
	}
	return fmt.Errorf("%s:%d: %s", name, at.GetToken().Position.Line, at.GetMessage())
}
