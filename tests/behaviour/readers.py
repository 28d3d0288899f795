# SPDX-License-Identifier: Apache-2.0
"""Every format is told in cprof-formats(5), and becomes a protobuf that others accept."""

import re
import shutil
import subprocess

import tap
from tap import ROOT, TESTDATA, cprof, must

FORMATS = sorted((TESTDATA / "formats").iterdir())
PAGE = (ROOT / "man/cprof-formats.5").read_text()

# Of each reader: rows of the page, what the first bytes there begin with, files that begin so.
READERS = {
    "contention": [("waits for locks", "--- contention", "contentionz.txt go1.19.block.txt"),
                   ("waits for locks", "--- mutex:", "go1.19.mutex.txt")],
    "cpu": [("gperftools CPU", "words 0, 3, 0 or 1, the period, 0", "")],
    "folded": [("folded stacks", "main;parse;read 12", "")],
    "gocount": [("Go's counts (debug=1)", "goroutine profile: total", "go1.19.goroutine.txt"),
                ("Go's counts (debug=1)", "threadcreate profile: total", "go1.19.threadcreate.txt")],
    "godump": [("goroutines (debug=2, panics, SIGQUIT), also within a log", "goroutine 1 [running]:",
                "")],
    "heap": [("heap of gperftools and Go", "heap profile: ",
              "gperftools.heap go1.19.heap.txt go1.19.allocs.txt growth.txt")],
    "java": [("Java in gperftools' style", "--- heapz 1 ---", "java.heap.txt"),
             ("Java in gperftools' style", "--- contentionz 1 ---", "java.contention.txt")],
    "jemalloc": [("heap of jemalloc", "heap_v2/", "jemalloc.heap")],
    "perf": [("perf script", "command 12 [000] 3.45: 100 cycles:", "")],
    "proto": [("profile.proto", "fields of protobuf", "")],
    "thread": [("threads", "--- threadz ", ""), ("threads", "--- Thread ", "")],
    "v8": [("V8 CPU (.cpuprofile)", '{"nodes":', "node.cpuprofile"),
           ("V8 heap (.heapprofile)", '{"head":', "node.heapprofile")],
}


def plain(cell):
    """The text of a cell of the page's table."""
    text = re.sub(r"\\f[A-Z]|^T\{|T\}$|^\.[BI]R? ", "", cell.strip(), flags=re.M)
    return " ".join(text.replace("\\-", "-").replace('"', '"').split())


def rows():
    table = PAGE[PAGE.index("\n_\n"):PAGE.index("\n.TE")]
    cells = re.findall(r"T\{\n(.*?)\nT\}", table, re.S)
    return {plain(cells[i]): plain(cells[i + 1]) for i in range(0, len(cells), 4)}


def the_page_has_every_reader():
    sources = "".join(p.read_text() for p in (ROOT / "src/profile/read").glob("*.c"))
    names = re.findall(r'^const struct reader reader_\w+ = \{\s*(?:\.name = )?"(\w+)"', sources, re.M)
    assert sorted(names) == sorted(READERS), names
    told = {row for uses in READERS.values() for row, _, _ in uses}
    assert told == set(rows()), told ^ set(rows())


def the_page_tells_what_files_begin_with():
    table = rows()
    for uses in READERS.values():
        for row, first, files in uses:
            assert first in table[row], (row, first, table[row])
            for name in files.split():
                head = (TESTDATA / "formats" / name).read_bytes()[:64].decode()
                assert re.sub(r"\s", "", head).startswith(re.sub(r"\s", "", first)), (name, head)


def every_format_stays_the_same_as_a_protobuf():
    for path in FORMATS:
        for report in ["-top", "-traces", "-tags"]:
            whole = must(report, "-symbolize=none", path)
            apart = must(report, "-symbolize=none", "-",
                         data=must("-proto", "-symbolize=none", "-output=/dev/stdout", path))
            assert whole == apart, (path.name, report)


def other_programs_accept_the_protobuf():
    go = shutil.which("go")
    if not go:
        raise tap.Skip("no go")
    for path in FORMATS:
        out = tap.scratch("pb.gz")
        must("-proto", "-symbolize=none", f"-output={out}", path)
        done = subprocess.run([go, "tool", "pprof", "-raw", "-symbolize=none", out],
                              capture_output=True, env=tap.environment())
        assert done.returncode == 0, (path.name, done.stderr)


def a_line_that_cannot_be_read_is_named():
    for name, at in (("gperftools.heap", 2), ("jemalloc.heap", 3), ("contentionz.txt", 4),
                     ("go1.19.goroutine.txt", 2), ("folded.txt", 2), ("perf.txt", 1)):
        lines = (TESTDATA / "formats" / name).read_bytes().split(b"\n")
        lines.insert(at, b"}{ what is this")
        done = cprof("-top", "-", data=b"\n".join(lines))
        assert done.returncode == 1 and f"line {at + 1}".encode() in done.stderr, (name, done.stderr)


tap.run([
    the_page_has_every_reader,
    the_page_tells_what_files_begin_with,
    every_format_stays_the_same_as_a_protobuf,
    other_programs_accept_the_protobuf,
    a_line_that_cannot_be_read_is_named,
])
