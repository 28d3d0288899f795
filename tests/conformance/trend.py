#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds -trend to recorded series with known leaks: trend.py CPROF. Skipped where there are
none. A series' entries and total have verdicts and numbers; truth.json names what truly leaks."""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(os.environ.get("CPROF_TREND") or
                    pathlib.Path(__file__).resolve().parents[3] / "shared" / "trend")
GROWTH = ("growing", "growing, slowing down")


def near(actual, expected):
    if actual is None or expected is None:
        return actual is expected
    return abs(actual - expected) <= 1e-5 * max(abs(actual), abs(expected), 1e-4)


def run(cprof, folder):
    command = [cprof, "-trend", "-trim=false", "-format=json", str(folder)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def differences(found, wanted):
    pairs = [(found["verdict"], wanted["verdict"])] if found["verdict"] != wanted["verdict"] else []
    for mine, theirs in [("first", "first"), ("last", "last"), ("hits", "hits"), ("p", "p"),
                         ("tau", "tau"), ("slope_per_hour", "slope_per_hour"),
                         ("noise_se", "noise_se")]:
        if not near(found[mine], wanted[theirs]):
            pairs.append((mine, found[mine], wanted[theirs]))
    for i in range(2):
        if not near(found["interval_per_hour"][i], wanted["interval_per_hour"][i]):
            pairs.append(("interval", found["interval_per_hour"], wanted["interval_per_hour"]))
    return pairs


def check(document, wanted):
    rows = {row["name"]: row for row in document["rows"]}
    bad = []
    for name, numbers in wanted["flat"]["entries"].items():
        if name not in rows:
            bad.append((name, "is not there"))
        else:
            bad += [(name, *d) for d in differences(rows[name], numbers)]
    for name, row in rows.items():
        if name not in wanted["flat"]["entries"] and row["verdict"] != "too few samples":
            bad.append((name, row["verdict"], "is not in the vectors"))
    bad += [("TOTAL", *d) for d in
            differences(document["total"], wanted["total"]["entries"]["TOTAL"])]
    for key in ("snapshots", "distinct", "tested", "passed_whole_series"):
        if document["series"][key] != wanted["flat"][key]:
            bad.append((key, document["series"][key], wanted["flat"][key]))
    return bad


def grown_without_truth(document, truth):
    return [row["name"] for row in document["rows"]
            if row["verdict"] in GROWTH and row["name"] not in truth["functions"]]


def main():
    if not (ROOT / "vectors.json").exists():
        print("1..0 # SKIP no recorded series beside the project")
        return
    cprof = sys.argv[1]
    vectors = json.loads((ROOT / "vectors.json").read_text())["profiles"]
    truths = json.loads((ROOT / "truth.json").read_text())
    cases = [(program, series) for program in vectors for series in vectors[program]]
    print(f"1..{len(cases) + 1}")
    failed = False
    for number, (program, series) in enumerate(cases, 1):
        document = run(cprof, ROOT / program / series)
        bad = check(document, vectors[program][series])
        bad += [(name, "grows but does not leak")
                for name in grown_without_truth(document, truths[program])]
        for line in bad:
            print("#", *line)
        print("not ok" if bad else "ok", number, "-", program, series)
        failed |= bool(bad)
    document = run(cprof, ROOT / "broker" / "goroutines")
    growing = [row["name"] for row in document["rows"] if row["verdict"] in GROWTH]
    bad = growing != ["main.(*client).pump"]
    print("not ok" if bad else "ok", len(cases) + 1, "- broker goroutines", *growing)
    sys.exit(failed or bad)


main()
