// Parcels packs parcels: the same work in every run, so that two recordings
// of it differ only by what the profiler happened to sample. With -more one
// step allocates a tenth more. The steps weigh from a few samples to tens of
// thousands.
package main

import (
	"flag"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
)

var kept []byte // so that nothing is left on the stack

//go:noinline
func pack(parcels int) {
	for i := 0; i < parcels; i++ {
		kept = make([]byte, 32<<10)
	}
}

//go:noinline
func address(parcels int) {
	for i := 0; i < parcels; i++ {
		kept = make([]byte, 512)
	}
}

//go:noinline
func weigh(parcels int) {
	for i := 0; i < parcels; i++ {
		kept = make([]byte, 64)
	}
}

//go:noinline
func stamp(parcels int) {
	for i := 0; i < parcels; i++ {
		kept = make([]byte, 1024)
	}
}

//go:noinline
func list(parcels int) {
	for i := 0; i < parcels; i++ {
		kept = make([]byte, 4096)
	}
}

//go:noinline
func load(vans int) {
	for i := 0; i < vans; i++ {
		kept = make([]byte, 256<<10)
	}
}

func day(parcels, packed int) {
	pack(packed)
	address(parcels)
	weigh(parcels)
	stamp(parcels / 4)
	list(parcels / 16)
	load(parcels / 800)
}

func main() {
	out := flag.String("o", "parcels_mem.pb.gz", "write the profile to this `file`")
	more := flag.Bool("more", false, "pack a tenth more")
	flag.Parse()
	const parcels = 400000
	packed := parcels
	if *more {
		packed += parcels / 10
	}
	day(parcels, packed)
	runtime.GC() // bring the numbers up to date
	f, err := os.Create(*out)
	if err != nil {
		log.Fatal(err)
	}
	if err := pprof.Lookup("allocs").WriteTo(f, 0); err != nil {
		log.Fatal(err)
	}
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
}
