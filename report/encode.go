package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"unicode/utf8"
)

// encodeLine gives v as one line of JSON with its line end: keys in the
// struct's order, no list or table null, and no character in it that a terminal
// or a text view would act on.
func encodeLine(v any) ([]byte, error) {
	return encode(v, "")
}

// encodeFile is encodeLine for a whole file, indented for reading.
func encodeFile(v any) ([]byte, error) {
	return encode(v, "  ")
}

func encode(v any, indent string) ([]byte, error) {
	whole := reflect.New(reflect.TypeOf(v)).Elem()
	fillEmpty(whole, reflect.ValueOf(v))
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(whole.Interface()); err != nil {
		return nil, fmt.Errorf("encoding %T: %w", v, err)
	}
	return escapeActive(b.Bytes()), nil
}

// fillEmpty copies src to dst with nil slices and maps made empty, since the
// contract writes [] and {} where null would mean "unknown". The caller's
// records are left alone.
func fillEmpty(dst, src reflect.Value) {
	dst.Set(src)
	switch src.Kind() {
	case reflect.Struct:
		for i := range src.NumField() {
			if src.Type().Field(i).IsExported() {
				fillEmpty(dst.Field(i), src.Field(i))
			}
		}
	case reflect.Slice:
		dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			fillEmpty(dst.Index(i), src.Index(i))
		}
	case reflect.Map:
		dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
		for it := src.MapRange(); it.Next(); {
			value := reflect.New(src.Type().Elem()).Elem()
			fillEmpty(value, it.Value())
			dst.SetMapIndex(it.Key(), value)
		}
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(reflect.New(src.Type().Elem()))
			fillEmpty(dst.Elem(), src.Elem())
		}
	}
}

// escapeActive writes the characters that isActive names as \uXXXX. Inside JSON
// they can only stand in strings, so the value stays the same.
func escapeActive(line []byte) []byte {
	if !bytes.ContainsFunc(line, func(r rune) bool { return r != '\n' && isActive(r) }) {
		return line
	}
	out := make([]byte, 0, len(line)+64)
	for i := 0; i < len(line); {
		r, n := utf8.DecodeRune(line[i:])
		if r != '\n' && isActive(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = append(out, line[i:i+n]...)
		}
		i += n
	}
	return out
}
