// Cache is a small program with a leak: every request for a report stores
// the report in a cache, and nothing ever removes one.
//
// It writes three heap profiles, one after each round of requests. What
// grows from one to the next is the leak; the lookup table that is loaded
// once at the start stays the same.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
	"sync"
)

type Cache struct {
	mu      sync.Mutex
	entries map[string][]byte
}

func NewCache() *Cache {
	return &Cache{entries: make(map[string][]byte)}
}

// Get returns the value for key and calls load for it the first time.
func (c *Cache) Get(key string, load func() []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok := c.entries[key]; ok {
		return v
	}
	v := load()
	c.entries[key] = v
	return v
}

func loadTable() [][]float64 {
	table := make([][]float64, 512)
	for i := range table {
		table[i] = make([]float64, 1024)
	}
	return table
}

func renderReport(user, day int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "report for user %d, day %d\n", user, day)
	for line := 0; line < 20; line++ {
		fmt.Fprintf(&b, "%4d: nothing to report\n", line)
	}
	return b.Bytes()
}

func serveRound(c *Cache, day int) (size int) {
	for user := 0; user < 10000; user++ {
		key := fmt.Sprintf("report/%d/%d", user, day)
		size += len(c.Get(key, func() []byte { return renderReport(user, day) }))
	}
	return size
}

func writeSnapshot(path string) {
	f, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	runtime.GC() // bring the in-use numbers up to date
	if err := pprof.WriteHeapProfile(f); err != nil {
		log.Fatal(err)
	}
}

func main() {
	prefix := flag.String("o", "heap", "start of the names of the profiles to write")
	flag.Parse()

	table := loadTable()
	c := NewCache()
	for day := 1; day <= 3; day++ {
		size := serveRound(c, day)
		writeSnapshot(fmt.Sprintf("%s.%d.pb.gz", *prefix, day))
		fmt.Println("day", day, "served", size, "bytes,", len(c.entries), "entries cached")
	}
	runtime.KeepAlive(table)
	runtime.KeepAlive(c)
}
