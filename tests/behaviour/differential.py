# SPDX-License-Identifier: Apache-2.0
"""Compares cprof with the go tool pprof at hand, on random profiles and options.

usage: differential.py CPROF [SEED [COUNT]]

Go 1.19's pprof is older than the one whose layout cprof has: its header lines differ and are left
out here, its -tags round otherwise, its -raw and -traces show a merged copy, so that these are not
compared.
Everywhere else numbers and their order have to be the same; what cannot be compared is counted by
its reason.
"""

import collections
import random
import re
import shutil
import subprocess
import sys

import tap
from tap import TESTDATA, cprof

GO = shutil.which("go")
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 120
SKIPPED = collections.Counter()

REPORTS = ["-top"] * 4 + ["-tree"] * 2 + ["-peek=main", "-peek=.", "-list=Handle|Get"]
REGEXES = ["main", "json", "runtime", "Handle|Get", "^main\\.", "\\.func1$", "(?i)MAP", "alloc",
           "[[:upper:]]", "nosuch"]
TAGS = ["worker", "bytes=1kb:", ":64kb", "worker=[01]", "key"]


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
        yield f"-sample_index={r.randrange(4)}"
    if r.random() < 0.25:
        yield f"-unit={r.choice(['auto', 'bytes', 'MB', 'ms', 's', 'count'])}"
    if r.random() < 0.1:
        yield f"-divide_by={r.choice([2, 0.5, 7])}"
    for name in ("focus", "ignore", "hide", "show", "show_from", "prune_from"):
        if r.random() < 0.12:
            yield f"-{name}={r.choice(REGEXES)}"
    for name in ("tagfocus", "tagignore"):
        if r.random() < 0.1:
            yield f"-{name}={r.choice(TAGS)}"


def sources(r):
    files = sorted(p.name for p in TESTDATA.glob("*.pb.gz"))
    first = r.choice(files)
    alike = [f for f in files if f.split("_")[-1].split(".")[0] == first.split("_")[-1].split(".")[0]]
    if r.random() < 0.3:
        yield f"-{r.choice(['base', 'diff_base'])}={r.choice(alike)}"
    yield first
    if r.random() < 0.2:
        yield r.choice(alike)


def comparable(text):
    """Without the lines that newer versions print otherwise."""
    lines = []
    for line in text.decode("utf-8", "replace").splitlines():
        if re.match(r"(File|Build ID|Type|Time|Doc|Duration|PeriodType|Comment):", line):
            continue
        lines.append(re.sub(r"\s+", " ", line).strip())
    return [line for line in lines if line]


def reason_to_skip(args, pprof, ours):
    if pprof.returncode:
        return "both refuse" if ours.returncode else "pprof 1.19 refuses"
    if b"could not find file" in pprof.stdout and pprof.stdout != ours.stdout:
        return "cprof finds the source of the standard library"
    if any("threadcreate" in a for a in args) and "-relative_percentages" in args:
        return "pprof 1.19 forgets empty stacks"
    return None


def varies(args, pprof):
    """Whether pprof prints rows of equal weight now in this order, now in that."""
    return any(run_pprof(args).stdout != pprof.stdout for _ in range(12))


def run_pprof(args):
    return subprocess.run([GO, "tool", "pprof", "-symbolize=none", *args], cwd=TESTDATA,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env=tap.environment(HOME=tap.FOLDER.name, GOFLAGS="-mod=mod"))


def same(args):
    pprof, ours = run_pprof(args), cprof(*args)
    why = reason_to_skip(args, pprof, ours)
    if why:
        SKIPPED[why] += 1
        return True
    theirs, mine = comparable(pprof.stdout), comparable(ours.stdout)
    if theirs == mine:
        return True
    if varies(args, pprof):
        SKIPPED["pprof's order varies"] += 1
        return True
    print("# differs:", *args)
    for a, b in zip(theirs, mine):
        if a != b:
            print("#   pprof:", a, "\n#   cprof:", b)
            break
    return False


def numbers_and_order_are_those_of_pprof():
    r = random.Random(SEED)
    cases = [[r.choice(REPORTS), *options(r), *sources(r)] for _ in range(COUNT)]
    differing = [args for args in cases if not same(args)]
    print(f"# seed {SEED}: {COUNT} cases, skipped:", dict(SKIPPED) or "none")
    assert sum(SKIPPED.values()) < COUNT / 2
    assert not differing


if not GO:
    print("1..0 # SKIP no go")
    sys.exit(0)
tap.run([numbers_and_order_are_those_of_pprof])
