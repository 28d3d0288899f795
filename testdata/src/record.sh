#!/bin/sh
# Records every profile testdata/*.pb.gz anew from the programs beside this
# script, and makes the files in testdata/edge and testdata/bad.
#
# Needs Go 1.19 or later (the files in the repository were recorded with
# Go 1.19 on linux/amd64) and python3. Uses no network. Takes about a minute.
#
#   usage: testdata/src/record.sh
#
# The programs are built with -trimpath and run from $APP, /app by default,
# so that the profiles name neither the checkout nor the build directory.
# $APP must be writable; what the script puts there it removes at the end.
# Numbers and addresses differ from one recording to the next.
set -eu

src=$(cd "$(dirname "$0")" && pwd)
out=$(dirname "$src")
app=${APP:-/app}

made_app=
[ -d "$app" ] || { mkdir "$app"; made_app=yes; }
cleanup() {
    for name in sprintf config cache service workers goroutines parcels bench.test; do
        rm -f "$app/$name"
    done
    [ -z "$made_app" ] || rmdir "$app"
}
trap cleanup EXIT

# Static binaries without version control information.
export CGO_ENABLED=0 GOFLAGS='-trimpath -buildvcs=false' GOTOOLCHAIN=local

for name in sprintf config cache service workers goroutines parcels; do
    (cd "$src/$name" && go build -o "$app/$name" .)
done
# "go test -bench" runs its binary from a temporary directory, whose name the
# profile would keep; so the test binary is built first and then run.
(cd "$src/bench" && go test -c -o "$app/bench.test" .)

# Relative output names are resolved in the testdata directory.
cd "$out"

"$app/sprintf" -o sprintf_heap.pb.gz
"$app/sprintf" -o sprintf_heap_rate1.pb.gz -rate 1

"$app/config" -heap config_heap.pb.gz -allocs config_allocs.pb.gz

"$app/cache" -o cache_heap # cache_heap.1.pb.gz, .2 and .3

# Heap: the same number of requests before and after. CPU: the same time.
"$app/service" -n 5000 -heap service_before_heap.pb.gz
"$app/service" -n 5000 -heap service_after_heap.pb.gz -fixed
"$app/service" -for 2500ms -cpu service_before_cpu.pb.gz
"$app/service" -for 2500ms -cpu service_after_cpu.pb.gz -fixed

"$app/workers" -o workers # workers_cpu.pb.gz, _block and _mutex

"$app/goroutines" -o leak # leak_goroutine.pb.gz and leak_threadcreate.pb.gz

# Twice the same, and once with a tenth more of one thing.
"$app/parcels" -o parcels_mem.1.pb.gz
"$app/parcels" -o parcels_mem.2.pb.gz
"$app/parcels" -o parcels_mem_more.pb.gz -more

"$app/bench.test" -test.run '^$' -test.bench . -test.benchtime 500ms \
    -test.cpuprofile bench_cpu.pb.gz
"$app/bench.test" -test.run '^$' -test.bench . -test.benchtime 500ms \
    -test.memprofile bench_mem.pb.gz
"$app/bench.test" -test.run '^$' -test.bench . -test.benchtime 500ms \
    -test.memprofile bench_mem.2.pb.gz

python3 "$src/edge/make_edge.py" "$out"
