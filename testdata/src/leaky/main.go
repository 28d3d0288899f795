// SPDX-License-Identifier: Apache-2.0

// Leaky is a service that keeps what each request was about: it prints its address and leaks until it
// is killed.
package main

import (
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime"
	"time"
)

type request struct {
	body [2048]byte
}

var seen = map[int]*request{}

// remember never forgets.
func remember(n int) {
	seen[n] = &request{}
}

// work makes garbage, as any service does.
func work(n int) int {
	page := make([]byte, 16384)
	page[n%len(page)] = 1
	return len(page)
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	go http.Serve(listener, nil)
	total := 0
	for n := 0; ; n++ {
		remember(n)
		total += work(n)
		if n%100 == 0 {
			time.Sleep(20 * time.Millisecond)
		}
		if n%2000 == 0 {
			runtime.GC()
		}
	}
}
