# SPDX-License-Identifier: Apache-2.0
"""Runs cprof over the profiles of testdata and compares what it prints with the files in expected/.

usage: run.py [--update] CPROF

A row of cases.txt is the arguments of one run, from the folder testdata; the file is named after
them. <FILE is what standard input reads, through a pipe. A report that is not text is shown through
-raw. --update writes the files anew: read the
difference before you commit it.
"""

import argparse
import difflib
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TESTDATA = HERE.parent.parent / "testdata"
BINARY = ("-proto", "-topproto")


def file_name(row):
    words = re.sub(r"[^A-Za-z0-9_.=+-]+", "_", row.replace(".pb.gz", "")).strip("_")
    return words.replace("__", "_").lstrip("-") + ".txt"


def run(cprof, args):
    data = b"".join((TESTDATA / a[1:]).read_bytes() for a in args if a.startswith("<"))
    args = [a for a in args if not a.startswith("<")]
    env = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS") or k.startswith("LLVM")}
    env |= {"PATH": "/nonexistent", "TZ": "UTC", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([os.path.abspath(cprof), *args], cwd=TESTDATA, env=env, input=data,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    if done.returncode:
        return done.stdout + b"exit %d\n" % done.returncode
    return done.stdout


def show(cprof, row):
    args = shlex.split(row)
    if not any(a in BINARY for a in args):
        return run(cprof, args)
    with tempfile.TemporaryDirectory() as folder:
        path = folder + "/out.pb.gz"
        said = run(cprof, [f"-output={path}", *args])
        return said + run(cprof, ["-raw", path])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("cprof")
    options = parser.parse_args()
    rows = [r.strip() for r in (HERE / "cases.txt").read_text().splitlines()]
    rows = [r for r in rows if r and not r.startswith("#")]
    files = [HERE / "expected" / file_name(r) for r in rows]
    assert len(set(files)) == len(rows), "two rows have the same file"
    print(f"1..{len(rows)}")
    failed = 0
    for number, (row, file) in enumerate(zip(rows, files), 1):
        got = show(options.cprof, row)
        if options.update:
            file.write_bytes(got)
        want = file.read_bytes() if file.exists() else b""
        if got == want:
            print(f"ok {number} - {row}")
            continue
        failed += 1
        print(f"not ok {number} - {row}")
        lines = [t.decode("utf-8", "replace").splitlines() for t in (want, got)]
        for line in difflib.unified_diff(*lines, "expected", "got", n=1, lineterm=""):
            print("# " + line)
    stale = set((HERE / "expected").glob("*.txt")) - set(files)
    for file in sorted(stale):
        print(f"# no row for {file.name}")
    sys.exit(1 if failed or stale else 0)


main()
