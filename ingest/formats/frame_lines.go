// Where records of plain text begin and end: each line is one.
package formats

type lineFramer struct{ w *window }

func (l *lineFramer) next() (frame, error) {
	if _, ok := l.w.peek(); !ok {
		return frame{}, l.w.ended()
	}
	return l.w.lineFrame(), nil
}
