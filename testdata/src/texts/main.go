// Texts writes the profiles that Go's runtime can write as texts: debug=1 of
// heap, allocs, goroutine, threadcreate, block and mutex, debug=2 of goroutine,
// and runtime.Stack in the way of a log that puts a time and a name before
// each line.
package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
	"time"
)

var (
	kept  [][]byte
	mutex sync.Mutex
)

func remember(n int) {
	kept = append(kept, make([]byte, n))
}

func load() {
	for i := 0; i < 400; i++ {
		remember(3000 + i%7*1000)
	}
}

func hold(done *sync.WaitGroup) {
	defer done.Done()
	mutex.Lock()
	time.Sleep(2 * time.Millisecond)
	mutex.Unlock()
}

func wait(jobs <-chan int) {
	<-jobs
}

func poll(ctx context.Context, jobs <-chan int) {
	select {
	case <-jobs:
	case <-ctx.Done():
	}
}

func write(name string, debug int, path string) {
	f, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	if err := pprof.Lookup(name).WriteTo(f, debug); err != nil {
		log.Fatal(err)
	}
}

// Prefixed writes all stacks as lines of a log, between other lines of it.
func prefixed(path string) {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var out bytes.Buffer
	clock := time.Date(2026, 3, 1, 12, 0, 59, 998e6, time.UTC)
	line := func(text string) {
		clock = clock.Add(time.Millisecond)
		fmt.Fprintf(&out, "%s texts-7d9f | %s\n", clock.Format("2006-01-02T15:04:05.000Z"), text)
	}
	line("listening on :8080 (plain)")
	line("SIGQUIT: quit")
	for s := bufio.NewScanner(bytes.NewReader(buf)); s.Scan(); {
		line(s.Text())
	}
	line("bye")
	if err := os.WriteFile(path, out.Bytes(), 0o666); err != nil {
		log.Fatal(err)
	}
}

func main() {
	prefix := flag.String("o", "go", "start of the names of the files to write")
	flag.Parse()
	runtime.MemProfileRate = 64 << 10
	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	load()

	jobs := make(chan int)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for i := 0; i < 5; i++ {
		go wait(jobs)
	}
	for i := 0; i < 3; i++ {
		name := fmt.Sprintf("poll %d", i%2)
		go pprof.Do(ctx, pprof.Labels("task", name), func(ctx context.Context) { poll(ctx, jobs) })
	}
	go func() {
		runtime.LockOSThread()
		wait(nil)
	}()
	var done sync.WaitGroup
	for i := 0; i < 4; i++ {
		done.Add(1)
		go hold(&done)
	}
	done.Wait()

	runtime.GC()
	write("heap", 1, *prefix+".heap.txt")
	write("allocs", 1, *prefix+".allocs.txt")
	write("goroutine", 1, *prefix+".goroutine.txt")
	write("goroutine", 2, *prefix+".goroutine2.txt")
	write("threadcreate", 1, *prefix+".threadcreate.txt")
	write("block", 1, *prefix+".block.txt")
	write("mutex", 1, *prefix+".mutex.txt")
	prefixed(*prefix + ".log.txt")
}
