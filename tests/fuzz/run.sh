#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Usage: run.sh SECONDS [BUILD_DIR [TARGET...]]
# Runs each fuzzer of a build with -Dfuzzing=true for so many seconds and prints how many inputs it
# tried. Inputs that fail, and the logs, stay in BUILD_DIR/fuzz/TARGET.
set -euo pipefail

seconds=${1:?"usage: $0 SECONDS [BUILD_DIR [TARGET...]]"}
build=$(cd "${2:-build-fuzz}" && pwd)
shift $(($# < 2 ? $# : 2))
here=$(cd "$(dirname "$0")" && pwd)
limits=(-max_len=16384 -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024)
export ASAN_OPTIONS=${ASAN_OPTIONS-detect_leaks=1:detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS-halt_on_error=1:print_stacktrace=1}

# What the fuzzer finds goes to the first corpus directory; the others are only read.
run_target() {
    local name=$1 work=$build/fuzz/$1 dict=$here/dict/$1
    shift
    rm -rf "$work"
    mkdir -p "$work/corpus"
    local args=("${limits[@]}" "-max_total_time=$seconds" "-artifact_prefix=$work/")
    [ ! -e "$dict" ] || args+=("-dict=$dict")
    if ! "$build/tests/fuzz/fuzz_$name" "${args[@]}" -print_final_stats=1 "$work/corpus" "$@" \
        >"$work/log" 2>&1; then
        tail -n 60 "$work/log"
        echo "fuzz $name: failed; see $work"
        return 1
    fi
    awk -v name="$name" '
        /^#[0-9]+/ { for (i = 2; i < NF; i++) if ($i == "cov:") cov = $(i + 1) }
        /number_of_executed_units/ { n = $2 }
        /average_exec_per_sec/ { rate = $2 }
        /peak_rss_mb/ { rss = $2 }
        END { printf "fuzz %s: %d executions, %d/s, coverage %d, %d MB\n", name, n, rate, cov, rss }
    ' "$work/log"
}

status=0
while IFS=$'\t' read -r -a row; do
    if [ $# -eq 0 ] || [[ " $* " == *" ${row[0]} "* ]]; then
        run_target "${row[@]}" || status=1
    fi
done <"$build/tests/fuzz/targets"
exit $status
