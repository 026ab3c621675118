package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// proseLabel is the column in which the text beside a label begins.
const proseLabel = 12

// prose is text for a terminal: labels on the left, sentences beside them,
// broken between words. All of it may come from logs and is made visible.
type prose struct {
	strings.Builder
	width int
}

func (p *prose) blank() { p.WriteByte('\n') }

// para writes a paragraph from the first column on.
func (p *prose) para(text string) {
	for _, line := range wrap(visible(text, maxProse), p.width) {
		p.WriteString(line + "\n")
	}
}

// item writes texts beside a label, each on lines of its own; none, no label.
func (p *prose) item(label string, texts ...string) { p.labelled(proseLabel, label, texts...) }

// labelled is item with the texts in another column. Blanks that a text begins
// with stay.
func (p *prose) labelled(column int, label string, texts ...string) {
	for _, text := range texts {
		if text == "" {
			continue
		}
		shown := visible(text, maxProse)
		lead := shown[:len(shown)-len(strings.TrimLeft(shown, " "))]
		for i, line := range wrap(shown, p.width-column-len(lead)) {
			if i > 0 {
				line = "  " + line
			}
			p.WriteString(strings.TrimRight(fmt.Sprintf("%-*s%s%s", column, label, lead, line), " ") + "\n")
			label = ""
		}
	}
}

// maxProse cuts one text of a report, in characters.
const maxProse = 2000

// wrap breaks text between words so that each line holds at most width
// characters, two less from the second on; a longer word is broken.
func wrap(text string, width int) []string {
	var lines []string
	line, used, room := "", 0, width
	flush := func() {
		lines = append(lines, line)
		line, used, room = "", 0, width-2
	}
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+1+n > room {
			flush()
		}
		for n > room { // of a word that fits no line
			line, used = breakable(word, room), room
			word = word[len(line):]
			n = utf8.RuneCountInString(word)
			flush()
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	if used > 0 || len(lines) == 0 {
		lines = append(lines, line)
	}
	return lines
}

// breakable is the beginning of a long word, at most room characters: up to a
// slash, so that paths break between folders, if there is one in its second half.
func breakable(word string, room int) string {
	head := string([]rune(word)[:room])
	if i := strings.LastIndexByte(head, '/'); i > len(head)/2 {
		return head[:i+1]
	}
	return head
}

// Columns writes a table, two blanks between its columns. The last column is
// broken between words so that no line is wider than width, if the others let it.
func Columns(rows [][]string, width int) string {
	const least = 24 // of the last column
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	lead := 0
	for _, w := range widths {
		lead += w + 2
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			row[i] = fmt.Sprintf("%-*s", widths[i]+2, cell)
		}
		head := strings.Join(row[:len(row)-1], "")
		for i, line := range wrap(visible(row[len(row)-1], maxProse), max(width-lead, least)) {
			if i > 0 {
				head = strings.Repeat(" ", lead)
			}
			b.WriteString(strings.TrimRight(head+line, " ") + "\n")
		}
	}
	return b.String()
}
