#!/bin/sh
# Records the files in testdata/formats anew that real tools write: gperftools, jemalloc, perf, Node
# and Go. Those that are written by hand are told apart in testdata/README.md.
#
# Needs Go 1.19, g++, libgoogle-perftools-dev, libjemalloc2, perf and node; of each that is missing
# the files stay as they are.
#
#   usage: testdata/src/record_formats.sh
#
# The programs are built and run as $APP/<program>, /app by default, which must be writable.
set -eu

src=$(cd "$(dirname "$0")" && pwd)
out=$(dirname "$src")/formats
app=${APP:-/app}
have() { command -v "$1" >/dev/null; }

made_app=
[ -d "$app" ] || { mkdir "$app"; made_app=yes; }
cleanup() {
    for name in texts orchard orchard_gperftools parse.js; do rm -f "$app/$name"; done
    [ -z "$made_app" ] || rmdir "$app"
}
trap cleanup EXIT
cd "$out"

if have go; then
    export CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false' GOTOOLCHAIN=local
    (cd "$src/texts" && go build -o "$app/texts" .)
    "$app/texts" -o go1.19
fi

flags='-O1 -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer'
if have g++ && g++ $flags -o "$app/orchard_gperftools" "$src/native/orchard.cc" \
    -Wl,--no-as-needed -lprofiler -ltcmalloc; then
    CPUPROFILE=gperftools.cpu CPUPROFILE_FREQUENCY=100 "$app/orchard_gperftools" >/dev/null
    HEAPPROFILE=tmp HEAP_PROFILE_ALLOCATION_INTERVAL=2000000 "$app/orchard_gperftools" >/dev/null
    mv tmp.0002.heap gperftools.heap
    rm -f tmp.*
fi

je=/usr/lib/x86_64-linux-gnu/libjemalloc.so.2
if have g++ && g++ $flags -o "$app/orchard" "$src/native/orchard.cc" && [ -e $je ]; then
    MALLOC_CONF=prof:true,prof_accum:true,lg_prof_sample:14,prof_final:true,prof_prefix:tmp \
        LD_PRELOAD=$je "$app/orchard" >/dev/null
    mv tmp.*.heap jemalloc.heap
fi
if have perf && [ -x "$app/orchard" ] &&
    perf record -q -e task-clock -g -F 49 -o tmp.data "$app/orchard" >/dev/null; then
    perf script -i tmp.data >perf.txt
fi
rm -f tmp.data

if have node; then
    cp "$src/node/parse.js" "$app"
    node --cpu-prof --cpu-prof-interval 5000 --cpu-prof-dir=. --cpu-prof-name=node.cpuprofile \
        "$app/parse.js" 150
    node --heap-prof --heap-prof-interval 65536 --heap-prof-dir=. \
        --heap-prof-name=node.heapprofile "$app/parse.js" 30
    chmod 644 node.cpuprofile node.heapprofile
fi
