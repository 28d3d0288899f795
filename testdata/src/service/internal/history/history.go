// Package history keeps the last few values added to a log.
package history

// Log holds at most a fixed number of values, the oldest first.
type Log[T any] struct {
	values []T
	limit  int
}

// New returns a log for at most limit values.
func New[T any](limit int) *Log[T] {
	return &Log[T]{limit: limit}
}

// Add appends v and drops the oldest value if there are too many.
func (l *Log[T]) Add(v T) {
	if len(l.values) == l.limit {
		l.values = l.values[1:]
	}
	l.values = append(l.values, v)
}

// Len returns the number of values held.
func (l *Log[T]) Len() int {
	return len(l.values)
}
