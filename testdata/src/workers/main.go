// Workers runs a pool of goroutines that take jobs from a channel and
// count words under one shared lock.
//
// The jobs run inside pprof.Do, so the samples of the CPU profile carry
// the labels worker, tenant and queue. The block profile shows the waits
// for the channel and the lock, the mutex profile who held the lock.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"sync"
)

type job struct {
	tenant, queue string
	data          []byte
}

type counter struct {
	mu    sync.Mutex
	words map[string]int
}

// count holds the lock for longer than it needs to.
func (c *counter) count(tenant string, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.words[tenant] += len(bytes.Fields(data))
}

func checksum(data []byte, rounds int) [sha256.Size]byte {
	sum := sha256.Sum256(data)
	for i := 0; i < rounds; i++ {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}

func worker(id int, jobs <-chan job, c *counter, wg *sync.WaitGroup) {
	defer wg.Done()
	for j := range jobs {
		labels := pprof.Labels("worker", strconv.Itoa(id), "tenant", j.tenant, "queue", j.queue)
		pprof.Do(context.Background(), labels, func(context.Context) {
			rounds := 200
			if j.queue == "batch" {
				rounds = 1000
			}
			checksum(j.data, rounds)
			c.count(j.tenant, j.data)
		})
	}
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
	prefix := flag.String("o", "workers", "start of the names of the profiles to write")
	n := flag.Int("n", 16000, "number of jobs")
	flag.Parse()

	runtime.SetBlockProfileRate(1)
	runtime.SetMutexProfileFraction(1)
	f, err := os.Create(*prefix + "_cpu.pb.gz")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		log.Fatal(err)
	}

	jobs := make(chan job)
	c := &counter{words: make(map[string]int)}
	var wg sync.WaitGroup
	for id := 1; id <= 4; id++ {
		wg.Add(1)
		go worker(id, jobs, c, &wg)
	}
	tenants := []string{"red", "green", "blue"}
	queues := []string{"interactive", "batch"}
	data := bytes.Repeat([]byte("one two three four "), 500)
	for i := 0; i < *n; i++ {
		jobs <- job{tenants[i%len(tenants)], queues[i/7%len(queues)], data}
	}
	close(jobs)
	wg.Wait()

	pprof.StopCPUProfile()
	writeProfile("block", *prefix+"_block.pb.gz")
	writeProfile("mutex", *prefix+"_mutex.pb.gz")
	fmt.Println(*n, "jobs done:", c.words)
}
