// SPDX-License-Identifier: Apache-2.0

// Hints makes a profile in which a rule of cprof -hints sees its pattern, or one in which it must not:
// hints RULE.yes FILE, hints RULE.no FILE.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"strconv"
	"strings"
	"text/template"
	"time"
)

var sink []interface{}
var total int

func sprintfYes() {
	for i := 0; i < 200000; i++ {
		total += len(fmt.Sprintf("user %d of %s", i, "here"))
	}
}

func sprintfNo() {
	for i := 0; i < 200000; i++ {
		total += len(fmt.Sprintf("%08x", i))
	}
}

func regexpYes() {
	for i := 0; i < 2000; i++ {
		re := regexp.MustCompile(`^[a-z]+[0-9]*$`)
		total += len(re.String())
	}
}

var compiled = regexp.MustCompile(`^[a-z]+[0-9]*(\.[a-z]+){0,40}$`)

func regexpNo() {
	for i := 0; i < 20000; i++ {
		found := compiled.FindAllString("abc.def.ghi", -1)
		total += len(found)
	}
}

func templateYes() {
	for i := 0; i < 2000; i++ {
		t := template.Must(template.New("x").Parse("{{.A}} and {{.B}} are {{if .C}}here{{end}}"))
		total += len(t.Name())
	}
}

var parsed = template.Must(template.New("x").Parse("{{.A}} is {{.B}}"))

func templateNo() {
	for i := 0; i < 2000; i++ {
		_ = parsed.Execute(io.Discard, map[string]int{"A": i, "B": 2})
	}
}

func builderYes() {
	for i := 0; i < 500; i++ {
		var b strings.Builder
		for k := 0; k < 200; k++ {
			b.WriteString("some words ")
		}
		total += b.Len()
	}
}

func builderNo() {
	for i := 0; i < 500; i++ {
		var b strings.Builder
		b.Grow(200 * len("some words "))
		for k := 0; k < 200; k++ {
			b.WriteString("some words ")
		}
		total += b.Len()
	}
}

func readAllYes() {
	text := strings.Repeat("line\n", 20000)
	for i := 0; i < 50; i++ {
		all, _ := io.ReadAll(strings.NewReader(text))
		total += len(all)
	}
}

func readAllNo() {
	text := strings.Repeat("line\n", 20000)
	buf := make([]byte, 64*1024)
	r := bufio.NewReader(nil)
	for i := 0; i < 5000; i++ {
		r.Reset(strings.NewReader(text[:1000]))
		for {
			n, err := r.Read(buf)
			total += n
			if err != nil {
				break
			}
		}
	}
}

func jsonYes() {
	values := make([]int, 20000)
	for i := 0; i < 50; i++ {
		text, _ := json.Marshal(values)
		total += len(text)
	}
}

func jsonNo() {
	values := make([]int, 20000)
	for i := 0; i < 50; i++ {
		_ = json.NewEncoder(io.Discard).Encode(values)
	}
}

func timeAfterYes() {
	c := make(chan int, 1)
	for i := 0; i < 5000; i++ {
		c <- i
		select {
		case <-c:
		case <-time.After(time.Hour):
		}
	}
}

func timeAfterNo() {
	c := make(chan int, 1)
	timer := time.NewTimer(time.Hour)
	for i := 0; i < 200000; i++ {
		c <- i
		select {
		case n := <-c:
			sink = append(sink[:0], n+1000)
		case <-timer.C:
		}
	}
}

func appendYes() {
	for i := 0; i < 100; i++ {
		var list []int
		for k := 0; k < 20000; k++ {
			list = append(list, k)
		}
		total += len(list)
	}
}

func appendNo() {
	for i := 0; i < 100; i++ {
		list := make([]int, 0, 20000)
		for k := 0; k < 20000; k++ {
			list = append(list, k)
		}
		sink = append(sink[:0], list)
	}
}

func mapYes() {
	for i := 0; i < 20; i++ {
		m := map[int]int{}
		for k := 0; k < 20000; k++ {
			m[k] = i
		}
		total += len(m)
	}
}

func mapNo() {
	for i := 0; i < 20; i++ {
		m := make(map[int]int, 20000)
		for k := 0; k < 20000; k++ {
			m[k] = i
		}
		total += len(m)
	}
}

func concatYes() {
	for i := 0; i < 20; i++ {
		s := ""
		for k := 0; k < 500; k++ {
			s += "a word "
		}
		total += len(s)
	}
}

func concatNo() {
	for i := 0; i < 50000; i++ {
		s := "user " + strconv.Itoa(i) + " of all that there are here"
		sink = append(sink[:0], s)
	}
}

func bytesYes() {
	text := strings.Repeat("words ", 100)
	for i := 0; i < 20000; i++ {
		b := []byte(text)
		b[0] = byte(i)
		sink = append(sink[:0], b)
	}
}

func bytesNo() {
	text := strings.Repeat("words ", 100)
	for i := 0; i < 20000; i++ {
		b := bytes.NewBuffer(make([]byte, 0, len(text)))
		b.WriteString(text)
		sink = append(sink[:0], b)
	}
}

func shortYes() {
	for i := 0; i < 20000; i++ {
		page := make([]byte, 8192)
		page[i%8192] = 1
		sink = append(sink[:0], page)
	}
}

func shortNo() {
	for i := 0; i < 2000; i++ {
		page := make([]byte, 8192)
		page[i%8192] = 1
		sink = append(sink, page)
	}
}

func goroutinesYes() {
	done := make(chan bool)
	for i := 0; i < 5000; i++ {
		go func() { <-done }()
	}
	time.Sleep(100 * time.Millisecond)
	close(done)
}

func goroutinesNo() {
	done := make(chan bool)
	for i := 0; i < 5000; i++ {
		go func() { done <- true }()
		<-done
	}
	sink = append(sink, make([]byte, 1<<20))
}

func bufioYes() {
	text := strings.Repeat("line\n", 20)
	for i := 0; i < 5000; i++ {
		r := bufio.NewReader(strings.NewReader(text))
		line, _ := r.ReadString('\n')
		total += len(line)
	}
}

func bufioNo() {
	r := bufio.NewReaderSize(strings.NewReader(strings.Repeat("line\n", 20000)), 1<<20)
	for {
		line, err := r.ReadSlice('\n')
		total += len(line)
		if err != nil {
			break
		}
	}
}

// The text of these lines is not to be found.
//
//line nowhere/grow.go:10
func piecewiseYes() {
	for i := 0; i < 100; i++ {
		var list []int
		for k := 0; k < 20000; k++ {
			list = append(list, k)
		}
		total += len(list)
	}
}

//line main.go:297
func piecewiseNo() {
	for i := 0; i < 30; i++ {
		for size := 1024; size < 1<<21; size *= 2 {
			page := make([]byte, size)
			page[i] = 1
			sink = append(sink[:0], page)
		}
	}
}

// The heap may grow to five times of what is in use before it is collected, and keeps that room.
func idleYes() {
	debug.SetGCPercent(400)
	for i := 0; i < 16; i++ {
		sink = append(sink, make([]byte, 1<<20))
	}
	runtime.GC()
	for i := 0; i < 200; i++ {
		page := make([]byte, 1<<20)
		page[i] = 1
		sink = append(sink[:16], page)
	}
	sink = sink[:16]
}

func idleNo() {
	idleYes()
	debug.SetGCPercent(100)
	debug.FreeOSMemory()
}

// Much is allocated after the last collection.
func unsettledYes() {
	runtime.GC()
	debug.SetGCPercent(-1)
	for i := 0; i < 64; i++ {
		sink = append(sink, make([]byte, 1<<20))
	}
}

func unsettledNo() {
	unsettledYes()
	runtime.GC()
}

var modes = map[string]func(){
	"sprintf.yes": sprintfYes, "sprintf.no": sprintfNo,
	"regexp-compile.yes": regexpYes, "regexp-compile.no": regexpNo,
	"template-parse.yes": templateYes, "template-parse.no": templateNo,
	"builder-growth.yes": builderYes, "builder-growth.no": builderNo,
	"read-all.yes": readAllYes, "read-all.no": readAllNo,
	"json-whole.yes": jsonYes, "json-whole.no": jsonNo,
	"time-after.yes": timeAfterYes, "time-after.no": timeAfterNo,
	"append-growth.yes": appendYes, "append-growth.no": appendNo,
	"map-growth.yes": mapYes, "map-growth.no": mapNo,
	"concatenation.yes": concatYes, "concatenation.no": concatNo,
	"bytes-string.yes": bytesYes, "bytes-string.no": bytesNo,
	"short-lived.yes": shortYes, "short-lived.no": shortNo,
	"goroutines.yes": goroutinesYes, "goroutines.no": goroutinesNo,
	"bufio-each.yes": bufioYes, "bufio-each.no": bufioNo,
	"piecewise-growth.yes": piecewiseYes, "piecewise-growth.no": piecewiseNo,
	"idle-heap.yes": idleYes, "idle-heap.no": idleNo,
	"no-collection.yes": unsettledYes, "no-collection.no": unsettledNo,
}

func init() {
	runtime.MemProfileRate = 4096
}

// Runs for three seconds.
func profileTime(run func()) {
	file, err := os.Create(os.Args[2])
	if err != nil {
		panic(err)
	}
	defer file.Close()
	start := time.Now()
	pprof.StartCPUProfile(file)
	for time.Since(start) < 3*time.Second {
		run()
	}
	pprof.StopCPUProfile()
}

func main() {
	run := modes[os.Args[1]]
	if strings.HasSuffix(os.Args[2], ".pb.gz") && strings.Contains(os.Args[2], ".cpu.") {
		profileTime(run)
		return
	}
	run()
	form := 0
	if strings.HasSuffix(os.Args[2], ".txt") {
		form = 1 // with MemStats, as they are
	}
	if !strings.HasPrefix(os.Args[1], "no-collection") {
		runtime.GC()
		runtime.GC()
	}
	file, err := os.Create(os.Args[2])
	if err != nil {
		panic(err)
	}
	defer file.Close()
	if err := pprof.Lookup("heap").WriteTo(file, form); err != nil {
		panic(err)
	}
	runtime.KeepAlive(sink)
}
