# SPDX-License-Identifier: Apache-2.0
"""A long session of random lines: it ends by itself, with status 0 and without a leak.

usage: random_session.py CPROF [LINES [SEED]]
"""

import os
import pathlib
import random
import re
import sys
import time

from session import tap, write_profile

LINES = int(sys.argv[2]) if len(sys.argv) > 2 else 10000
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20261
SECONDS = 240  # for all of it, with sanitizers and on a machine that is busy
FOLDER = pathlib.Path(tap.scratch("random"))
PIPES = ("| cat", "|cat", "| head -1", "| false")

NAMES = ["main.main", "main.(*server).handle", "runtime.mallocgc", "encoding/json.Unmarshal",
         "std::map<int, char>::find", "\u03bb.\u00e9t\u00e9", "bad \udcff\udcfe name", "x" * 300,
         "-dash", ">file"]
REPORTS = ["top", "text", "tree", "traces", "tags", "raw", "comments", "dot", "callgrind", "proto",
           "topproto", "peek", "list", "disasm", "weblist"]
OPTIONS = ["add_comment", "all_frames", "base", "buildid", "call_tree", "color", "compact_labels",
           "diff_base", "divide_by", "drop_negative", "edgefraction", "focus", "granularity", "hide",
           "ignore", "keep_going", "mean", "nodecount", "nodefraction", "noinlines", "normalize",
           "pager", "prune_from", "relative_percentages", "sample_index", "show", "show_from",
           "showcolumns", "sort", "source_path", "symbolize", "tagfocus", "taghide", "tagignore",
           "tagleaf", "tagroot", "tagshow", "trim", "trim_path", "unit", "nosuch"]
VALUES = ["", "true", "false", "1", "0", "-1", "10", "0.5", "1e308", "nan", "-inf", "flat", "cum",
          "lines", "addresses", "files", "functions", "filefunctions", "auto", "off", "never",
          "always", "all", "samples", "minimum", "kB", "ns", "main", "main.main", "json", "(", "a**",
          "[z-a]", "(?i)MAIN", ".", "^$", "key", "key=one", "key=two,bytes", "1kb:", ":64mb",
          "12kb:64mb", "bytes=1:", "none", "a,b", ",", "first.pb", "second.pb", "nosuch.pb",
          "bad.pb", "first.pb,second.pb", "first.pb,nosuch.pb", "\u03bb", "\udcff", "9" * 30, "x" * 5000]
WORDS = ["5", "0", "-1", "100000", "main", "json", "-runtime", "-cum", "--cum", "-", "--", ".", "(",
         "-(", "a|b", "\\", "\u00e9", "samples", "key"]
PLAIN = ["o", "options", "help", "reload", ":", "", " ", "samples", "total_samples", "mean_samples",
         "total_", "mean_", "cum=true", "lines=true", "cum=false", "flat", "=", "==", ">", "|", "//:",
         "\r", "quit=1", "exitt", "tpo", "hlep", "top>", "top|", "open", "open first.pb",
         "open first.pb second.pb", "open nosuch.pb", "open bad.pb", "open .", "open -", "base=-",
         "open first.pb second.pb bad.pb"]
LEAVING = {b"q", b"quit", b"exit"}


def make_files():
    """The profiles, in a folder that is the session's own."""
    stacks = [[i % 10 + 1, i % 7 + 1, i % 3 + 1, 1][:i % 5] for i in range(1, 31)]
    FOLDER.mkdir()
    names = [n.encode("utf-8", "surrogateescape") for n in NAMES]
    tags = {"first.pb": [("key", "one")], "second.pb": [("key", "two"), ("b", "c")]}
    for name, labels in tags.items():
        pathlib.Path(write_profile(names, stacks, labels)).rename(FOLDER / name)
    (FOLDER / "bad.pb").write_bytes(b"no profile")


def report(pick):
    line = pick.choice(REPORTS) + pick.choice(["", "", "", "3", "0"])
    for _ in range(pick.choice([0, 0, 1, 1, 2, 3])):
        line += " " + pick.choice(WORDS)
    roll = pick.random()
    if roll < 0.02:
        line += " " + pick.choice(PIPES)
    elif roll < 0.10 or re.match("callgrind|proto|topproto", line):  # else the file has a new name
        line += pick.choice([" > ", " >"]) + pick.choice(["out.txt", "out2.txt", "nosuch/out", "."])
    return line


def assignment(pick):
    blank = pick.choice(["", "", " "])
    comment = pick.choice(["", "", "", " //: why", "//:"])
    return pick.choice(OPTIONS) + blank + "=" + blank + pick.choice(VALUES) + comment


def mutate(pick, line):
    """Bytes changed, added and dropped."""
    data = bytearray(line)
    for _ in range(pick.randint(1, 4)):
        at = pick.randint(0, len(data))
        action = pick.randrange(3)
        if action == 0:
            data[at:at] = bytes([pick.randrange(256)])
        elif action == 1:
            data[at:at + 1] = bytes([pick.randrange(256)])
        else:
            del data[at:at + pick.randint(1, 3)]
    return bytes(data)


def noise(pick):
    return pick.randbytes(pick.choice([1, 5, 20, 80, 80, 2000]))


def harmless(line):
    """Whether a line that chance made starts no program, writes no file and ends nothing."""
    words = line.split()
    return not (re.search(rb"[|>\n/]|output|-$|open|reload|base|_path|proto|callgrind", line) or
                words and (words[0] in LEAVING or
                           re.match(rb"(web|eog|evince|gv|kcachegrind|svg|png|gif|pdf|ps)\d*$",
                                    words[0])))


def line(pick):
    roll = pick.random()
    if roll < 0.45:
        made = assignment(pick)
    elif roll < 0.75:
        made = report(pick)
    elif roll < 0.85:
        made = pick.choice(PLAIN)
    elif roll < 0.95:
        whole = pick.choice([assignment, report])(pick)
        broken = mutate(pick, whole.encode("utf-8", "surrogateescape"))
        return broken if harmless(broken) else b"top"
    else:
        broken = noise(pick)
        return broken if harmless(broken) else b"o"
    return made.encode("utf-8", "surrogateescape")


def lines():
    pick = random.Random(SEED)
    out = []
    for number in range(LINES):
        out.append(line(pick))
        if number % 50 == 49:  # else filters pile up until nothing is left to report
            out += [b":", b"show=", b"show_from=", b"prune_from=", b"base=", b"diff_base=",
                    b"source_path=", b"add_comment=", b"sample_index=", b"open first.pb"]
    return out


def a_random_session_ends_well():
    make_files()
    made = lines()
    data = b"\n".join(made) + b"\n"
    start = time.monotonic()
    done = tap.subprocess.run([tap.CPROF, "first.pb"], cwd=FOLDER, input=data, timeout=SECONDS,
                              stdout=tap.subprocess.PIPE, stderr=tap.subprocess.PIPE,
                              env=tap.environment(LSAN_OPTIONS="exitcode=23"))
    said = done.stderr.decode("utf-8", "replace")
    tail = "\n".join(said.splitlines()[-60:])
    assert done.returncode == 0, (SEED, done.returncode, tail)
    for word in ("runtime error:", "AddressSanitizer", "LeakSanitizer", "UndefinedBehavior"):
        assert word not in said, (SEED, tail)
    assert done.stdout.count(b"Showing nodes accounting for") > LINES // 100, "few reports"
    found = sorted(os.listdir(FOLDER))
    assert found == ["bad.pb", "first.pb", "out.txt", "out2.txt", "second.pb"], found
    print(f"# {LINES} lines, seed {SEED}, {len(done.stdout)} bytes of reports, "
          f"{time.monotonic() - start:.1f} s")


tap.run([a_random_session_ends_well])
