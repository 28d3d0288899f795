#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs one group of recorded cases: run.sh GROUP CPROF [SET]. Skipped (77) where there are none. Links
# of the set "native" that were copied as files are mended in a copy first.
cases=${CPROF_CONFORMANCE:-$(dirname "$0")/../../../shared/conformance}
if [ ! -x "$cases/run.py" ] || { [ -n "$3" ] && [ ! -d "$cases/../$3" ]; }; then
    echo "skipped: no recorded cases at $cases"
    exit 77
fi
[ -n "$3" ] || exec python3 -B "$cases/run.py" -g "$1" "$2"
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cp -r "$cases/../$3/." "$root"
chmod -R u+w "$root"
find "$root/tools" "$root/paths" -type f -size -300c | while read -r link; do
    to=$(cat "$link")
    case $to in
    /* | ../*) ln -sf "$to" "$link" ;;
    esac
done
python3 -B "$cases/run.py" -g "$1" --root "$root" "$2"
