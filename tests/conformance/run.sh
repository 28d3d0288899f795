#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one group of recorded cases: run.sh GROUP CPROF. Skipped (77) where there are none.
cases=${CPROF_CONFORMANCE:-$(dirname "$0")/../../../shared/conformance}
[ -x "$cases/run.py" ] || exit 77
exec python3 -B "$cases/run.py" -g "$1" "$2"
