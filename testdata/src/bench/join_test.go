package bench

import (
	"strings"
	"testing"
)

var words = strings.Fields(strings.Repeat("the quick brown fox jumps over the lazy dog ", 20))

func TestJoin(t *testing.T) {
	want := strings.Join(words, ", ")
	for name, join := range map[string]func([]string, string) string{
		"Plus": Plus, "Buffer": Buffer, "Builder": Builder,
	} {
		if got := join(words, ", "); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func benchmarkJoin(b *testing.B, join func([]string, string) string) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		join(words, ", ")
	}
}

func BenchmarkPlus(b *testing.B)    { benchmarkJoin(b, Plus) }
func BenchmarkBuffer(b *testing.B)  { benchmarkJoin(b, Buffer) }
func BenchmarkBuilder(b *testing.B) { benchmarkJoin(b, Builder) }
