// Package bench joins strings in three ways, to be compared by the
// benchmarks in join_test.go.
package bench

import (
	"bytes"
	"strings"
)

// Plus joins with the + operator and copies the result for every part.
func Plus(parts []string, sep string) string {
	s := ""
	for i, part := range parts {
		if i > 0 {
			s += sep
		}
		s += part
	}
	return s
}

// Buffer joins in a bytes.Buffer that grows as needed.
func Buffer(parts []string, sep string) string {
	var b bytes.Buffer
	for i, part := range parts {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(part)
	}
	return b.String()
}

// Builder joins in a strings.Builder of the right size.
func Builder(parts []string, sep string) string {
	n := len(sep) * len(parts)
	for _, part := range parts {
		n += len(part)
	}
	var b strings.Builder
	b.Grow(n)
	for i, part := range parts {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(part)
	}
	return b.String()
}
