// Sprintf builds a list of strings with fmt.Sprintf and append and then
// writes a heap profile.
//
// Every name is a separate allocation, and the list is copied each time
// append has to grow it: the profile shows both, in fmt.Sprintf and in
// main.buildNames. The -rate flag sets runtime.MemProfileRate; 1 records
// every allocation instead of one in about 512 KiB.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
)

func buildNames(n int) []string {
	var names []string
	for i := 0; i < n; i++ {
		names = append(names, fmt.Sprintf("user-%08d@host-%03d.example.com", i, i%512))
	}
	return names
}

func buildIndex(names []string) map[string]int {
	index := make(map[string]int)
	for i, name := range names {
		if i%10 == 0 {
			index[name] = i
		}
	}
	return index
}

func writeHeapProfile(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	runtime.GC() // bring the in-use numbers up to date
	return pprof.WriteHeapProfile(f)
}

func main() {
	out := flag.String("o", "heap.pb.gz", "heap profile to write")
	n := flag.Int("n", 500000, "number of names to build")
	rate := flag.Int("rate", runtime.MemProfileRate, "value for runtime.MemProfileRate")
	flag.Parse()
	runtime.MemProfileRate = *rate

	names := buildNames(*n)
	index := buildIndex(names)
	if err := writeHeapProfile(*out); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(names), "names,", len(index), "indexed")
	runtime.KeepAlive(names)
	runtime.KeepAlive(index)
}
