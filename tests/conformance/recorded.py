# SPDX-License-Identifier: Apache-2.0
"""Runs one group of recorded cases: what google/pprof prints of the profiles in testdata/recorded.

usage: recorded.py CPROF FOLDER GROUP [NAME]

FOLDER/GROUP.json.gz has the cases by name: the arguments, what standard input holds (null: nothing),
whether the exit status is zero, the exact standard output, and the exact text of the files that are
written below @TMP (a .pb.gz is compared by what `CPROF -raw` says of it). What stands on standard
error is free, but where a case fails it must not be empty. With NAME only the cases whose names hold
it run, and differences are shown.
"""

import concurrent.futures
import difflib
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile

CPROF, FOLDER, GROUP = os.path.abspath(sys.argv[1]), sys.argv[2], sys.argv[3]
WANTED = sys.argv[4] if len(sys.argv) > 4 else ""


def environment(tmp):
    kept = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}
    return {**kept, "PATH": "/usr/bin:/bin", "TZ": "UTC", "HOME": "/nonexistent", "TERM": "dumb",
            "LC_ALL": "C.UTF-8", "PPROF_TMPDIR": f"{tmp}/saved"}


def cprof(args, tmp, typed=None):
    return subprocess.run([CPROF, *args], cwd=FOLDER, env=environment(tmp),
                          input=(typed or "").encode(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120, check=False)


def difference(name, wanted, found, tmp):
    found = found.decode("utf-8", "replace").replace(tmp, "@TMP")
    return "".join(difflib.unified_diff(wanted.splitlines(True), found.splitlines(True),
                                        f"{name} wanted", f"{name} found", n=1))


def written(tmp, name):
    path = pathlib.Path(tmp, name)
    if not path.exists():
        return b""
    return cprof(["-raw", path], tmp).stdout if name.endswith(".pb.gz") else path.read_bytes()


def fault(case):
    """What is wrong with the answer to a case, or an empty text."""
    with tempfile.TemporaryDirectory() as tmp:
        done = cprof([arg.replace("@TMP", tmp) for arg in case["args"]], tmp,
                     case["stdin"] and case["stdin"].replace("@TMP", tmp))
        if done.returncode < 0 or (done.returncode == 0) != (case["exit"] == 0):
            return f"exit status {done.returncode}: " + done.stderr.decode("utf-8", "replace")
        if case["exit"] and not done.stderr.strip():
            return "failed without a word on standard error"
        wrong = ""
        if case.get("stdout_matters", True):
            wrong = difference("output", case["stdout"], done.stdout, tmp)
        for name, text in case["files"].items():
            wrong = wrong or difference(name, text, written(tmp, name), tmp)
        return wrong


def main():
    with gzip.open(pathlib.Path(FOLDER, GROUP + ".json.gz"), "rt", encoding="utf-8") as file:
        cases = {name: case for name, case in json.load(file).items() if WANTED in name}
    print(f"1..{len(cases)}")
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, (name, wrong) in enumerate(zip(cases, pool.map(fault, cases.values())), 1):
            failures += bool(wrong)
            print(f"{'not ok' if wrong else 'ok'} {number} - {GROUP}/{name}")
            if wrong:
                shown = wrong.splitlines() if WANTED else wrong.splitlines()[:20]
                print("\n".join("# " + line for line in shown))
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
