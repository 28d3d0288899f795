// Config loads a JSON configuration again and again, once into a map and
// once into a struct, while a parser takes request lines apart with
// strings.Split and url.ParseQuery.
//
// The two halves allocate in quite different ways; the allocs profile
// compares all they ever allocated, the heap profile what is still in use.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"runtime"
	"runtime/pprof"
	"strings"
)

type Backend struct {
	Name    string            `json:"name"`
	Address string            `json:"address"`
	Weight  int               `json:"weight"`
	Tags    map[string]string `json:"tags"`
}

type Config struct {
	Listen   string    `json:"listen"`
	Backends []Backend `json:"backends"`
}

type Request struct {
	Method, Path string
	Query        url.Values
}

// sampleConfig makes the text of a configuration with n backends.
func sampleConfig(n int) []byte {
	c := Config{Listen: ":8080"}
	for i := 0; i < n; i++ {
		c.Backends = append(c.Backends, Backend{
			Name:    fmt.Sprintf("backend-%d", i),
			Address: fmt.Sprintf("10.0.0.%d:9000", i),
			Weight:  i % 10,
			Tags:    map[string]string{"zone": "a", "tier": "web"},
		})
	}
	text, err := json.Marshal(c)
	if err != nil {
		log.Fatal(err)
	}
	return text
}

func loadMap(text []byte) (map[string]any, error) {
	var m map[string]any
	err := json.Unmarshal(text, &m)
	return m, err
}

func loadStruct(text []byte) (*Config, error) {
	c := new(Config)
	err := json.Unmarshal(text, c)
	return c, err
}

func parseRequest(line string) (*Request, error) {
	parts := strings.Split(line, " ")
	if len(parts) != 3 {
		return nil, fmt.Errorf("bad request line %q", line)
	}
	path, rawQuery, _ := strings.Cut(parts[1], "?")
	query, err := url.ParseQuery(rawQuery)
	return &Request{Method: parts[0], Path: path, Query: query}, err
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
	heap := flag.String("heap", "heap.pb.gz", "heap profile to write")
	allocs := flag.String("allocs", "allocs.pb.gz", "allocs profile to write")
	rounds := flag.Int("rounds", 2000, "number of times to load the configuration")
	flag.Parse()

	text := sampleConfig(64)
	var maps []map[string]any // old versions, kept for a rollback
	var requests []*Request
	for i := 0; i < *rounds; i++ {
		m, err := loadMap(text)
		if err != nil {
			log.Fatal(err)
		}
		if i%20 == 0 {
			maps = append(maps, m)
		}
		if _, err := loadStruct(text); err != nil {
			log.Fatal(err)
		}
		for j := 0; j < 100; j++ {
			line := fmt.Sprintf("GET /items/%d?page=%d&sort=name&filter=a%%20b HTTP/1.1", j, i)
			r, err := parseRequest(line)
			if err != nil {
				log.Fatal(err)
			}
			if j == 0 {
				requests = append(requests, r)
			}
		}
	}

	runtime.GC() // bring the in-use numbers up to date
	writeProfile("heap", *heap)
	writeProfile("allocs", *allocs)
	fmt.Println(len(maps), "maps and", len(requests), "requests kept")
	runtime.KeepAlive(maps)
	runtime.KeepAlive(requests)
}
