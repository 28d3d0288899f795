// Live is a little service to try profilers on: it does some work, keeps a
// little more of it every second, and has the pages of net/http/pprof.
package main

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"time"
)

var kept [][]byte

// remember keeps what nobody asks for again.
func remember(size int) {
	kept = append(kept, make([]byte, size))
}

func hash(rounds int) (sum [32]byte) {
	for i := 0; i < rounds; i++ {
		sum = sha256.Sum256(sum[:])
	}
	return sum
}

func work() {
	for range time.Tick(50 * time.Millisecond) {
		hash(20000)
		remember(256 << 10)
	}
}

func main() {
	listen := flag.String("listen", "localhost:6060", "where to answer")
	flag.Parse()
	l, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s/debug/pprof/\n", l.Addr())
	go work()
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%x\n", hash(1000))
	})
	log.Fatal(http.Serve(l, nil))
}
