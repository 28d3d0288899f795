// Goroutines leaks goroutines: each query asks three replicas and takes the
// first answer, and the other two replicas wait for ever to hand over theirs.
//
// It writes a goroutine profile, in which the leaked goroutines are counted
// by the place they wait at, and a threadcreate profile; a few goroutines
// are locked to threads of their own so that the latter has something to show.
package main

import (
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

func askReplica(replica, query int, answers chan<- int) {
	answers <- replica * query // nobody is listening for the second answer
}

func firstAnswer(query int) int {
	answers := make(chan int) // the fix: a buffer for all three answers
	for replica := 1; replica <= 3; replica++ {
		go askReplica(replica, query, answers)
	}
	return <-answers
}

func janitor(ctx context.Context) {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func lockedThread(ready *sync.WaitGroup, stop <-chan struct{}) {
	runtime.LockOSThread()
	ready.Done()
	<-stop
}

func writeProfile(name, path string) {
	f, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	if err := pprof.Lookup(name).WriteTo(f, 0); err != nil {
		log.Fatal(err)
	}
}

func main() {
	prefix := flag.String("o", "leak", "start of the names of the profiles to write")
	n := flag.Int("n", 100, "number of queries")
	flag.Parse()

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go pprof.Do(ctx, pprof.Labels("task", "janitor"), janitor)

	var ready sync.WaitGroup
	stop := make(chan struct{})
	defer close(stop)
	for i := 0; i < 5; i++ {
		ready.Add(1)
		go lockedThread(&ready, stop)
	}
	ready.Wait()

	total := 0
	for query := 0; query < *n; query++ {
		total += firstAnswer(query)
	}
	time.Sleep(100 * time.Millisecond) // let every goroutine reach its wait

	writeProfile("goroutine", *prefix+"_goroutine.pb.gz")
	writeProfile("threadcreate", *prefix+"_threadcreate.pb.gz")
	fmt.Println(*n, "queries,", runtime.NumGoroutine(), "goroutines left")
}
