#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a table of what is to be reached: what each report takes now, and whether that is enough.

Times are ratios to `gzip -dc` of the same bytes, by medians of runs that take turns. Nothing here
passes or fails: a row is met or missed, or not judged where others used the machine.
BENCH_ONLY picks rows by a regular expression for "group: row", BENCH_RUNS says how many turns,
BENCH_STATIC names a cprof that is linked statically.
"""

import argparse
import os
import re
import subprocess

from quiet import OTHERS_MOST, Machine

RUNS = int(os.environ.get("BENCH_RUNS", "7"))
ONLY = re.compile(os.environ.get("BENCH_ONLY", ""))
MIB = 1 << 20
SHORT = 40  # runs in a row of a command that takes a millisecond


def took(m):
    """Where the time went: over how many processors, in the program or in the kernel."""
    return (f"{m.wall:.3f} s, CPU {m.user:.3f} user {m.system:.3f} system, "
            f"{m.faults:.0f} faults, {m.peak / MIB:.0f} MiB")


def print_row(name, now, aim, judged, why, unit=""):
    """One row; `judged` are all that it was measured by."""
    met = "met   " if now <= aim else "MISSED"
    if not all(m.is_quiet for m in judged):
        met = f"not judged, others used {max(m.others for m in judged):.0%} of the machine:"
    print(f"  {name:30} {now:8.2f} {aim:6.2f} {unit:6} {met} {why}", flush=True)


class Goals:
    """The programs and files at hand, and groups of rows."""

    def __init__(self, options):
        self.options = options
        self.folder = os.path.dirname(os.path.abspath(options.big))
        self.machine = Machine(options.measure)

    def cprof(self, *args):
        return [self.options.cprof, *args]

    def files(self, stem, n, *settings, by):
        """The paths of n generated profiles, in which the setting `by` counts from 1."""
        paths = [f"{self.folder}/{stem}.{i}.pb.gz" for i in range(1, n + 1)]
        for i, path in enumerate(paths, 1):
            if not os.path.exists(path):
                subprocess.run([self.options.generator, *settings, by, str(i), path], check=True)
        return paths

    def list_of(self, stem, paths):
        path = f"{self.folder}/{stem}.list"
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(paths))
        return f"-files_from={path}"

    def beside(self, group, yard, rows, reading=None):
        """Rows of a name, a command and an aim, as ratios to the yardstick; and what of it merely
        reading the profile takes. CPU hardly changes while others work."""
        rows = [row for row in rows if ONLY.search(f"{group}: {row[0]}")]
        if not rows:
            return {}
        commands = {"yard": yard, **({"reading": reading} if reading else {}),
                    **{name: command for name, command, _ in rows}}
        m = self.machine.turns(commands, RUNS)
        print(f"\n{group}: {m['yard'].wall:.3f} s {' '.join(yard[:2])}\n  {'':30} {'now':>8} {'aim':>6}")
        for name, _, aim in rows:
            why = f"{took(m[name])}, CPU {m[name].cpu / m['yard'].cpu:.2f} of that"
            if reading:
                why += f"; reading is {m['reading'].wall / m['yard'].wall:.2f}"
            print_row(name, m[name].wall / m["yard"].wall, aim, (m["yard"], m[name]), why)
        return m


def print_memory(name, m, aim):
    print_row(name, m.peak / MIB, aim, (), "", "MiB")  # which others do not change


def big_rows(g):
    big = g.options.big
    rows = [(name, g.cprof(*args, big), aim) for name, args, aim in [
        ("-top", ["-top"], 0.5), ("-top -threads=1", ["-top", "-threads=1"], 0.85),
        ("-tree", ["-tree"], 0.65), ("-peek", ["-peek=Marshal"], 0.65),
        ("-lines", ["-top", "-lines"], 0.65), ("-focus", ["-top", "-focus=cache"], 0.65),
        ("-tagfocus", ["-top", "-tagfocus=64kb:"], 0.65), ("-dot", ["-dot"], 0.8),
        ("-callgrind", ["-callgrind"], 1.0), ("-folded", ["-folded"], 1.2)]]
    m = g.beside("1M samples", ["gzip", "-dc", big], rows, g.cprof("-comments", big))
    if "-top" in m:
        print_memory("-top, memory", m["-top"], 170)
    g.beside("folded", g.cprof("-traces", big), [("-folded", g.cprof("-folded", big), 1.0)])


def merge_rows(g):
    size = ["--samples", "20000", "--locations", "60000", "--functions", "24000"]
    for name, stem, by, aim, memory in [("40 machines of one program", "merge", "--draw", 0.6, None),
                                        ("40 unrelated programs", "other", "--seed", 1.2, 300)]:
        if not ONLY.search(f"{name}: -top"):
            continue
        paths = g.files(stem, 40, *size, by=by)
        listed = g.list_of(stem, paths)
        m = g.beside(name, ["gzip", "-dc", *paths], [("-top", g.cprof("-top", listed), aim)],
                     g.cprof("-comments", listed))
        if memory:
            print_memory("-top, memory", m["-top"], memory)


def thread_rows(g):
    """What a second thread costs where there are many files."""
    name = "1,000 files of 100 KB"
    if not ONLY.search(f"{name}: threads"):
        return
    paths = g.files("many", 50, "--samples", "1150", "--locations", "4000", "--functions", "1600",
                    by="--draw")
    listed = g.list_of("many", paths * 20)
    m = g.machine.turns({n: g.cprof("-top", f"-threads={n}", listed) for n in (1, 2)}, RUNS)
    print(f"\n{name}: two threads beside one\n  {'':30} {'now':>8} {'aim':>6}")
    print_row("CPU", m[2].cpu / m[1].cpu, 1.1, m.values(), took(m[2]))
    print_row("page faults", m[2].faults / m[1].faults, 2, (), took(m[1]))


def series_rows(g):
    paths = g.files("series", 30, "--samples", "12000", "--locations", "40000", "--functions",
                    "16000", by="--scale")
    listed = g.list_of("series", paths)
    g.beside("30 snapshots of 1 MB", g.cprof("-top", listed),
             [("-trend", g.cprof("-trend", listed), 1.5)])
    name = "1,000 snapshots of 15 KB"
    if not ONLY.search(f"{name}: -trend"):
        return
    paths = g.files("snapshot", 1000, *SMALL, by="--scale")
    m = g.machine.turns({"": g.cprof("-trend", g.list_of("snapshot", paths))}, RUNS)[""]
    print(f"\n{name}\n  {'':30} {'now':>8} {'aim':>6}")
    print_row("-trend", m.wall, 1, (m,), took(m), "s")


SMALL = ["--samples", "240", "--locations", "500", "--functions", "250"]


def start_rows(g):
    """The least that a command takes, beside a program that does nothing."""
    name = "a heap of 15 KB"
    if not ONLY.search(f"{name}: -top"):
        return
    small = g.files("snapshot", 1, *SMALL, by="--scale")[0]
    rows = [("-top, dynamic", g.cprof("-top", small), 1.85)]
    if g.options.static:
        rows.append(("-top, static", [g.options.static, "-top", small], 1.5))
    m = g.machine.turns({"true": ["true"], **{n: c for n, c, _ in rows}}, RUNS, SHORT)
    print(f"\n{name}: {m['true'].wall * 1000:.2f} ms true\n  {'':30} {'now':>8} {'aim':>6}")
    for row, _, aim in rows:
        print_row(row, m[row].wall / m["true"].wall, aim, (m["true"], m[row]),
                  f"{m[row].wall * 1000:.2f} ms, {m[row].faults:.0f} faults")


def growth_rows(g):
    less, more = g.files("growth", 1, "--samples", "100000", by="--draw")[0], g.options.big
    g.beside("ten times the samples", g.cprof("-top", "-threads=1", less),
             [("-top -threads=1", g.cprof("-top", "-threads=1", more), 11)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cprof", required=True)
    parser.add_argument("--static", default=os.environ.get("BENCH_STATIC"))
    parser.add_argument("--measure", required=True)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--big", required=True, help="a big gzipped profile")
    g = Goals(parser.parse_args())
    print(f"Not judged: what is measured while others use more than {OTHERS_MOST:.0%} of the machine.")
    for rows in (big_rows, merge_rows, thread_rows, series_rows, start_rows, growth_rows):
        rows(g)


if __name__ == "__main__":
    main()
