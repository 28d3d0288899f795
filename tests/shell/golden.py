# SPDX-License-Identifier: Apache-2.0
"""The golden cases once more: what flags print, the same options set in a shell print too."""

import functools
import pathlib
import re
import shlex

from session import session, tap

GOLDEN = tap.ROOT / "tests" / "golden"
PROGRAMS = pathlib.Path(tap.scratch("bin"))  # no more of them than the session itself needs
PROGRAMS.mkdir()
for program in ("sh", "cat"):
    (PROGRAMS / program).symlink_to(f"/bin/{program}")
ENV = tap.environment(PATH=str(PROGRAMS))
BINARY = ("proto", "topproto")
ROWS = ("top", "text")
REGEX = ("peek", "list")
WITH_VALUE = ("nodecount",)  # that cases write with a blank
SHORTCUTS = ("alloc_objects", "alloc_space", "contentions", "inuse_objects", "inuse_space",
             "mean_delay", "total_delay")
AT_THE_START = ("keep_going",)  # without it there is no session
REPORTS = ("top", "text", "tree", "traces", "tags", "raw", "comments", "dot", "callgrind", "proto",
           "topproto", "peek", "list", "folded", "flame")


def expected(row):
    """The file that belongs to a row."""
    words = re.sub(r"[^A-Za-z0-9_.=+-]+", "_", row.replace(".pb.gz", "")).strip("_")
    return GOLDEN / "expected" / (words.replace("__", "_").lstrip("-") + ".txt")


def translate(args):
    """Flags as lines of a session, the report's own line, and the arguments that stay."""
    lines, kept, report = ["compact_labels=false"], [], None
    args = list(args)
    while args:
        arg = args.pop(0)
        if not arg.startswith("-"):
            kept.append(arg)
            continue
        name, equals, value = arg.lstrip("-").partition("=")
        if name in WITH_VALUE and not equals:
            value = args.pop(0)
        if name in REPORTS:
            if value != "false":
                report = f"{name} {value}" if name in REGEX else name
        elif name in SHORTCUTS:
            lines.append(name)
        elif name in AT_THE_START:
            kept.append(arg)
        else:
            lines.append(f"{name}={value or 'true'}")
    lines.sort(key=lambda line: line.startswith("normalize"))  # needs the base
    lines.sort(key=lambda line: line in SHORTCUTS)  # the base may change what types there are
    if report in ROWS and not any(line.startswith("nodecount") for line in lines):
        lines.append("nodecount=0")  # ten is the shell's own limit
    return lines, report, kept


def check(row, want):
    lines, report, kept = translate(shlex.split(row))
    assert report and kept, row
    if report in BINARY:
        path = tap.scratch("pb.gz")
        done = session([*lines, f"{report} > {path}"], *kept[:-1], profile=kept[-1], env=ENV)
        got = done.stdout + tap.must("-raw", path)
    else:
        report += " | cat" if report == "callgrind" or "-format=svg" in row else ""
        done = session([*lines, report], *kept[:-1], profile=kept[-1], env=ENV)
        got = done.stdout
    assert done.returncode == 0, (row, done)
    assert got == want, (row, lines, report, done.stderr, got.decode()[:3000])


def cases():
    rows = [r.strip() for r in (GOLDEN / "cases.txt").read_text().splitlines()]
    for row in rows:
        file = pathlib.Path(expected(row))
        if not row or row.startswith(("#", "-trend", "-leaks", "-memstats")) or " <" in row:  # standard input has the lines here
            continue
        want = file.read_bytes()
        if re.search(rb"^exit \d+$", want, re.M):  # the shell says so in other words
            continue
        test = functools.partial(check, row, want)
        test.__name__ = row
        yield test


tap.run(list(cases()))
