// Service answers made-up requests with rendered pages and keeps a short
// history of them. It comes in two versions: as first written, and with
// -fixed as it is after a look at its profiles.
//
// First written: the markup is parsed with a regular expression compiled
// for every request, the page is put together with +=, and the history
// holds on to whole request bodies through short substrings of them.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"example.com/service/internal/history"
	"example.com/service/internal/render"
)

type Service struct {
	renderer render.Renderer
	history  *history.Log[string]
	fixed    bool
}

// Map returns the results of f for every element of in.
func Map[T, U any](in []T, f func(T) U) []U {
	out := make([]U, 0, len(in))
	for _, v := range in {
		out = append(out, f(v))
	}
	return out
}

// Handle answers one request and returns the size of the page.
func (s *Service) Handle(body string) int {
	title, text, _ := strings.Cut(body, "\n")
	if s.fixed {
		title = strings.Clone(title) // do not keep the whole body
	}
	s.history.Add(title)
	lines := Map(strings.Split(text, "\n"), func(line string) render.Line {
		return render.Line{Text: strings.TrimSpace(line)}
	})
	return len(s.renderer.Page(title, lines))
}

func newService(fixed bool) *Service {
	s := &Service{history: history.New[string](2000), fixed: fixed}
	if fixed {
		s.renderer = render.NewFast()
	} else {
		s.renderer = render.Simple{}
	}
	return s
}

func requestBody(i int) string {
	line := strings.Repeat("  some *bold* and some _plain_ text ", 4)
	return fmt.Sprintf("page %d\n", i) + strings.Repeat(line+"\n", 16)
}

func create(path string) *os.File {
	f, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	return f
}

func main() {
	cpu := flag.String("cpu", "", "CPU profile to write")
	heap := flag.String("heap", "", "heap profile to write")
	n := flag.Int("n", 0, "stop after this many requests")
	limit := flag.Duration("for", 2500*time.Millisecond, "without -n: stop after this time")
	fixed := flag.Bool("fixed", false, "run the improved version")
	flag.Parse()

	if *cpu != "" {
		f := create(*cpu)
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			log.Fatal(err)
		}
		defer pprof.StopCPUProfile()
	}

	s := newService(*fixed)
	requests, bytes := 0, 0
	more := func(start time.Time) bool {
		if *n > 0 {
			return requests < *n
		}
		return time.Since(start) < *limit
	}
	for start := time.Now(); more(start); requests++ {
		bytes += s.Handle(requestBody(requests))
	}

	if *heap != "" {
		f := create(*heap)
		defer f.Close()
		runtime.GC() // bring the in-use numbers up to date
		if err := pprof.WriteHeapProfile(f); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(requests, "requests,", bytes, "bytes,", s.history.Len(), "in the history")
	runtime.KeepAlive(s)
}
