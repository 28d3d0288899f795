# SPDX-License-Identifier: Apache-2.0
"""Compares cprof with the go tool pprof at hand, on random profiles and options.

usage: differential.py CPROF [SEED [COUNT]]

Go 1.19's pprof is older than the one whose layout cprof has. It writes the time otherwise, which is
taken into account here; its -tags round and its -raw number otherwise, so that these are not
compared. Everywhere else every line has to be the same; what cannot be compared is counted by its
reason.
"""

import collections
import datetime
import itertools
import random
import re
import shutil
import subprocess
import sys

import tap
from tap import TESTDATA, cprof

GO = shutil.which("go")
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 160
SKIPPED = collections.Counter()

REPORTS = ["-top"] * 4 + ["-tree"] * 3 + ["-dot"] * 3 + ["-callgrind"] * 2 + ["-traces"] * 2 + [
    "-peek=main", "-peek=.", "-list=Handle|Get", "-topproto", "-comments"]
SOURCES = ":".join(f"src/{name}" for name in ("service", "cache", "workers", "bench"))
REGEXES = ["main", "json", "runtime", "Handle|Get", "^main\\.", "\\.func1$", "(?i)MAP", "alloc",
           "[[:upper:]]", "nosuch", "\\.go$", "\\Qmain.\\E", "(main|runtime)\\.\\w+$"]
TAGS = ["worker", "bytes=1kb:", ":64kb", "worker=[01]", "key", "1kb:1mb", "=", "tenant,worker",
        "worker:[12]", "bytes=512", "=512b:2kb"]
KEYS = ["worker", "bytes", "tenant,queue", "nosuch", "bytes,worker"]
TYPES = {"cpu": 2, "block": 2, "mutex": 2, "heap": 4, "allocs": 4, "mem": 4}
# What pprof 1.19 makes of these edges is what later ones make of them.
EDGES = ["no_mapping", "gcu", "recursion", "string_table_last", "two_members", "unknown_fields"]


def options(r):
    yield from (f"-{o}" for o in ("cum", "noinlines", "mean", "relative_percentages",
                                  "drop_negative", "compact_labels") if r.random() < 0.12)
    if r.random() < 0.4:
        yield "-" + r.choice(["functions", "filefunctions", "files", "lines", "addresses"])
    if r.random() < 0.3:
        yield f"-nodecount={r.choice([1, 3, 5, 10, 40])}"
    if r.random() < 0.2:
        yield f"-nodefraction={r.choice([0, 0.01, 0.1])}"
    if r.random() < 0.2:
        yield f"-edgefraction={r.choice([0, 0.01, 0.1])}"
    if r.random() < 0.1:
        yield "-trim=false"
    if r.random() < 0.25:
        yield f"-unit={r.choice(['auto', 'bytes', 'kB', 'MB', 'ms', 's', 'hrs', 'count', 'GCU'])}"
    if r.random() < 0.1:
        yield f"-divide_by={r.choice([2, 0.5, 7, -1])}"
    if r.random() < 0.1:
        yield f"-trim_path={r.choice(['example.com', 'example.com/service', 'runtime', '/app'])}"
    for name in ("focus", "ignore", "hide", "show", "show_from", "prune_from"):
        if r.random() < 0.12:
            yield f"-{name}={r.choice(REGEXES)}"
    for name, values in (("tagfocus", TAGS), ("tagignore", TAGS), ("tagroot", KEYS),
                         ("tagleaf", KEYS), ("tagshow", ["worker"]), ("taghide", ["bytes"])):
        if r.random() < 0.08:
            yield f"-{name}={r.choice(values)}"


def kind(name):
    return name.split("_")[-1].split(".")[0]


def sources(r):
    files = sorted(p.name for p in TESTDATA.glob("*.pb.gz"))
    first = r.choice(files)
    if r.random() < 0.15:
        yield f"edge/{r.choice(EDGES)}.pb.gz"
        return
    alike = [f for f in files if kind(f) == kind(first)]
    if r.random() < 0.25:
        yield f"-sample_index={r.randrange(TYPES.get(kind(first), 1))}"
    if r.random() < 0.3:
        yield f"-{r.choice(['base', 'diff_base'])}={r.choice(alike)}"
        yield from ["-normalize"] * (r.random() < 0.3)
    yield first
    while r.random() < 0.2:
        yield r.choice(alike)


def case(r):
    report = r.choice(REPORTS)
    if report.startswith("-list"):
        return [report, f"-source_path={SOURCES}", *options(r), *sources(r)]
    return [report, *options(r), *sources(r)]


def as_in_119(match):
    """The header's time as it was written then."""
    time = datetime.datetime.fromisoformat(match[1])
    return f"Time: {time:%b} {time.day}, {time.year} at {(time.hour + 11) % 12 + 1}:{time:%M}" + (
        "am" if time.hour < 12 else "pm") + " (UTC)"


def lines_of(output):
    text = output.decode("utf-8", "replace")
    return re.sub(r"Time: (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", as_in_119, text).splitlines()


def reason_to_skip(args, pprof, ours):
    if pprof.returncode:
        return "both refuse" if ours.returncode else "pprof 1.19 refuses"
    if b"could not find file" in pprof.stdout and pprof.stdout != ours.stdout:
        return "cprof finds the source of the standard library"
    if any("threadcreate" in a for a in args):
        return "pprof 1.19 forgets empty stacks"
    if args[0] == "-traces" and pprof.stdout.count(b"\n---") < ours.stdout.count(b"\n---"):
        return "pprof 1.19 merges the samples and shows none of zero"
    if "-normalize" in args:
        return "pprof 1.19 rounds scaled values otherwise"
    if args[0] == "-callgrind" and "-noinlines" in args:
        return "pprof 1.19 keeps the file of an inlined call"
    if "-mean" in args and args[0].startswith(("-tree", "-peek", "-dot", "-callgrind")):
        return "pprof does not divide the weights of calls"
    if args[0] == "-callgrind" and re.search(rb" \[\d+/\d+\]", ours.stdout):
        return "pprof calls a function by another name than it defines"
    return None


def varies(args, pprof):
    """Whether pprof prints rows of equal weight now in this order, now in that."""
    return any(output_of(run_pprof, args).stdout != pprof.stdout for _ in range(12))


def output_of(run, args):
    """What a run prints; a profile is shown through -raw."""
    if args[0] != "-topproto":
        return run(args)
    path = tap.scratch("pb.gz")
    done = run([f"-output={path}", *args])
    return done if done.returncode else cprof("-raw", path)


def run_pprof(args):
    return subprocess.run([GO, "tool", "pprof", "-symbolize=none", *args], cwd=TESTDATA,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=tap.environment(HOME=tap.FOLDER.name, GOFLAGS="-mod=mod"))


def same(args):
    pprof, ours = output_of(run_pprof, args), output_of(lambda a: cprof(*a), args)
    theirs, mine = lines_of(pprof.stdout), lines_of(ours.stdout)
    if theirs == mine and pprof.returncode == ours.returncode == 0:
        return True
    why = reason_to_skip(args, pprof, ours)
    if not why and sorted(theirs) == sorted(mine) and any("base=" in a for a in args):
        why = "what grew and shrank alike is in no order"
    # A graph's order decides which edges it keeps and how it numbers nodes.
    follows = args[0] in ("-dot", "-callgrind") or sorted(theirs) == sorted(mine)
    if not why and follows and varies(args, pprof):
        why = "pprof's order varies"
    if why:
        SKIPPED[why] += 1
        return True
    print("# differs:", *args)
    for a, b in itertools.zip_longest(theirs, mine):
        if a != b:
            print("#   pprof:", a, "\n#   cprof:", b)
            break
    return False


def numbers_and_order_are_those_of_pprof():
    r = random.Random(SEED)
    cases = [case(r) for _ in range(COUNT)]
    differing = [args for args in cases if not same(args)]
    print(f"# seed {SEED}: {COUNT} cases, skipped:", dict(SKIPPED) or "none")
    assert sum(SKIPPED.values()) < COUNT / 4
    assert not differing


if not GO:
    print("1..0 # SKIP no go")
    sys.exit(0)
tap.run([numbers_and_order_are_those_of_pprof])
