# SPDX-License-Identifier: Apache-2.0
"""Reports of the shell in a terminal: colour, width, the pager, other programs, interrupts."""

import os
import pathlib
import re
import time

from editing import PROFILE, environment, history_of, new_home, shell
from session import flags, profile, tap, tests, write_profile
from terminal import CTRL_C, ENTER, Terminal, plain

REPORTS = ("top", "top -cum", "tree", "peek json", "traces", "tags", "raw", "comments",
           "list loadMap", "dot 5")
SOURCES = ("-source_path=src", "-trim_path=example.com")
COLORED = ("top", "top -cum", "tree", "peek json", "list loadMap")
LONG = "example.com/organisation/package/subpackage.(*VeryLongTypeName).VeryLongMethodName"


def report_of(t, line):
    """What a report looks like as bytes, from the line's end to the next prompt."""
    start = len(t.raw)
    t.run(line)
    raw = t.raw[start:]
    begin = raw.index(b"\r\n") + 2
    return raw[begin:raw.rindex(b"(cprof) ")].replace(b"\r\n", b"\n")


def fake_pager(home):
    """A pager that keeps what it was given, and the file with it."""
    got, program = pathlib.Path(home) / "got", pathlib.Path(home) / "pager"
    program.write_text(f"#!/bin/sh\nexec cat >>'{got}'\n")
    program.chmod(0o755)
    return str(program), got


def text_is_the_same_without_its_colours():
    with shell(args=SOURCES, rows=2000, columns=1000) as t:
        for line in REPORTS:
            shown = report_of(t, line)
            want = tap.cprof(*SOURCES, PROFILE, data=line.encode())
            assert plain(shown) == want.stdout + want.stderr, (line, shown)
            assert (b"\x1b[" in shown) == (line in COLORED), line
        assert t.leave() == 0
        assert not t.screen.unknown, t.screen.unknown


def every_sequence_is_a_colour():
    with shell(rows=2000, columns=1000) as t:
        for line in REPORTS:
            shown = report_of(t, line)
            assert all(re.fullmatch(rb"[0-9;]+m", s) for s in
                       re.findall(rb"\x1b\[([^@-~]*[@-~])", shown)), shown
            assert shown.count(b"\x1b[0m") * 2 == shown.count(b"\x1b["), shown
        assert t.leave() == 0


def colour_is_off_where_it_is_not_wanted():
    home = new_home()
    plain_cases = [({"NO_COLOR": "1"}, ()), ({"TERM": "dumb"}, ()), ({"TERM": ""}, ()),
                   ({}, ("-color=never",)), ({"NO_COLOR": "1"}, ("-color=auto",))]
    colored = [({}, ()), ({"NO_COLOR": ""}, ()), ({"NO_COLOR": "1"}, ("-color=always",)),
               ({"TERM": "xterm-256color"}, ("-color=auto",))]
    for cases, want in ((plain_cases, False), (colored, True)):
        for variables, args in cases:
            with shell(env=environment(home) | variables, args=args) as t:
                shown = report_of(t, "top1")
                assert (b"\x1b[" in shown) == want, (variables, args, shown)
                assert t.leave() == 0


def colour_follows_the_option():
    with shell() as t:
        t.run("color=never")
        assert b"\x1b[" not in report_of(t, "top")
        t.run("color=auto")
        assert b"\x1b[" in report_of(t, "top")
        assert t.leave() == 0


def colour_stays_out_of_files_and_other_programs():
    path = pathlib.Path(tap.scratch("txt"))
    with shell() as t:
        assert t.run(f"top > {path}") == []
        assert path.read_bytes() == flags("-top", "-nodecount=10")
        shown = report_of(t, "top | cat")
        assert shown == flags("-top", "-nodecount=10"), shown
        assert t.leave() == 0


def names_are_shortened_to_the_width():
    path = write_profile([LONG, "main.main"], [[1, 2]])
    with shell(path, columns=90) as t:
        for columns in (90, 100, 60, 200):
            t.resize(200, columns)
            for line in ("top", "tree", "peek main"):
                said = [row.rstrip() for row in plain(report_of(t, line)).decode().splitlines()]
                assert line != "top" or columns < 90 or all(len(row) <= columns for row in said)
                rows = [row for row in said if "thodName" in row]
                assert rows, said
                fits = columns == 200
                # What is looked for by is there: the method, whatever the width.
                assert all(row.endswith(".(*VeryLongTypeName).VeryLongMethodName")
                           for row in rows), rows
                assert all(("\u2026" in row) != fits and (LONG in row) == fits for row in rows), rows
                if not fits:
                    assert all(re.search(" ex[a-z./]*\u2026", row) for row in rows), rows
        t.resize(200, 60)
        for width, whole in (("0", True), ("-1", False), ("200", True)):
            t.run(f"width={width}")
            assert (LONG in plain(report_of(t, "top")).decode().replace("\r\n", "")) == whole, width
        t.run("width=-1")
        t.resize(200, 200)
        assert LONG in tap.cprof(path, data=b"top").stdout.decode()
        said = t.run("top | cat")
        assert any(LONG in row for row in said) and not any("\u2026" in row for row in said), said
        assert t.leave() == 0


def a_narrow_terminal_shows_something():
    path = write_profile([LONG, "\u6f22\u5b57" * 40], [[1], [2]])
    for columns in (8, 12, 20):  # libedit itself does not stand less
        with shell(path, columns=80) as t:
            t.resize(200, columns)
            t.send("top" + ENTER)
            t.wait(lambda: t.raw.count("\u2026".encode()) == 1, "a shorter name")
            t.resize(200, 80)
            assert t.leave() == 0


def what_names_hold_does_not_reach_the_terminal():
    evil = ["evil\x1b[31;5mred", "evil\x1b]0;title\x07", "evil\x9b7m", b"evil\xff\xfe\xc2",
            "evil\r\n\x08\x7f\x00\x0e"]
    path = write_profile(evil, [[i] for i in range(1, 6)], [("key\x1b[5m", "value\x1b[6m\x07")])
    reports = ("top", "tree", "peek evil", "list evil", "traces", "tags", "raw", "dot",
               "callgrind | cat -v", "top -cum", "nosuch\\x1b", "focus=evil", "tagfocus=key", "o", "help evil")
    with shell(path, rows=2000, columns=400) as t:
        for line in reports:
            shown = plain(report_of(t, line))
            bad = re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", shown)
            assert not bad, (line, bad, shown)
            shown.decode()  # is valid
        assert t.leave() == 0
        assert not t.screen.unknown, t.screen.unknown


def the_pager_gets_what_is_longer_than_the_screen():
    home = new_home()
    pager, got = fake_pager(home)
    with shell(env=environment(home, PAGER=pager), rows=14) as t:
        assert len(t.run("top5")) == 8 and not got.exists()
        assert len(t.run("top")) == 13 and not got.exists()  # fits, with the prompt
        assert t.run("top 11") == [] and got.exists()
        assert plain(got.read_bytes()) == flags("-top", "-nodecount=11")
        assert b"\x1b[" in got.read_bytes()
        got.unlink()
        t.run("tree")
        assert plain(got.read_bytes()) == flags("-tree")
        got.unlink()
        for line in ("tree | cat", "tree > /dev/null"):
            t.run(line)
            assert not got.exists(), line
        t.run("pager=off")
        assert len(t.run("top 11")) == 14 and not got.exists()
        t.run("pager=auto")
        t.resize(15, 120)
        assert len(t.run("top 11")) == 14 and not got.exists()
        t.resize(13, 120)
        assert t.run("top") == [] and got.exists()
        got.unlink()
        t.run("raw")
        assert got.read_bytes() == flags("-raw")
        assert t.leave() == 0


def a_pager_that_is_not_there_or_leaves_early():
    home = new_home()
    with shell(env=environment(home, PAGER="nosuchpager"), rows=10) as t:
        said = t.run("top")
        assert any("not found" in line for line in said), said
        assert t.leave() == 0
    with shell(env=environment(home, PAGER="head -1"), rows=10) as t:
        said = t.run("top")
        assert len(said) == 1 and said[0].startswith("Showing nodes"), said
        said = t.run("raw")
        assert len(said) == 1, said
        assert t.leave() == 0


def the_pager_may_have_keys_of_its_own():
    home = new_home()
    pager = "sh -c 'cat >/dev/null; read x </dev/tty; echo read $x'"
    with shell(env=environment(home, PAGER=pager), rows=10) as t:
        t.send("tree" + ENTER)
        time.sleep(0.1)
        t.send("word" + ENTER)
        t.see("read word")
        t.row += 1
        t.prompt()
        assert t.leave() == 0


def another_program_gets_the_report():
    with shell() as t:
        want = flags("-top", "-nodecount=10").decode().splitlines()
        assert t.run("top | cat") == want
        assert t.run("top | head -2 | tr a-z A-Z") == [line.upper() for line in want[:2]]
        assert t.run("top | false") == []
        assert any("not found" in line for line in t.run("top | nosuchprogram"))
        assert t.leave() == 0


def binary_reports_do_not_go_to_the_terminal():
    folder = pathlib.Path(tap.scratch("folder"))
    folder.mkdir()
    with shell(tap.TESTDATA / PROFILE, cwd=folder) as t:
        for number in (1, 2):
            said = t.run("proto")
            assert said == [f"the report goes to profile00{number}.pb.gz"], said
        assert t.run("callgrind") == ["the report goes to profile001.callgraph.out"]
        assert t.leave() == 0
    want = tap.must("-raw", PROFILE)
    assert tap.must("-raw", folder / "profile001.pb.gz") == want
    assert (folder / "profile001.callgraph.out").read_bytes() == flags("-callgrind")


def what_is_left_is_what_the_report_shows():
    """Frames made of tags are there to be looked for, and percentages are of what they are of."""
    path = write_profile(["main", "red", "blue"], [[1], [2], [3], [1, 2]], [("tenant", "red")])
    cases = ((["tagroot=tenant"], "focus=^red$", "10, 100% of 10 left"),
             (["relative_percentages"], "focus=^blue$", "3, 100% of 3 left"),
             (["relative_percentages=false"], "focus=^blue$", "3, 30.00% of 10 left"))
    for lines, last, want in cases:
        with shell(path) as t:
            for line in lines:
                t.run(line)
            assert t.run(last)[-1] == want, (lines, last)
            report = " ".join(t.run("top"))
            assert want.split(" ")[1] in report, report
            assert t.leave() == 0


def filters_tell_how_much_is_left():
    with shell() as t:
        for line, want in (("focus=json", "7MB, 87.50% of 8MB left"),
                           ("focus=", "8MB, 100% of 8MB left"),
                           ("focus=nosuchname", "0, 0% of 8MB left"),
                           ("ignore=json", "0, 0% of 8MB left")):
            assert t.run(line)[-1] == want, (line, t.screen.text()[-5:])
        assert t.run("focus=a(b")[0].startswith("option focus"), t.screen.text()[-5:]
        assert t.run("nodecount=5") == [] and t.run(":") == []
        assert t.run("tagfocus=1kb:")[-1].endswith("left")
        assert t.leave() == 0


def another_profile_is_greeted():
    with shell() as t:
        said = t.run("open workers_cpu.pb.gz")
        assert said[0] == "File: workers" and said[-1].startswith('Type "help"'), said
        t.send("peek processW" + "\t")
        t.wait(lambda: not t.screen.text()[-1].endswith("processW"), "a name of the new profile")
        t.interrupt()
        assert t.run("reload") == ["nothing changed: cpu 3.60s"]
        assert t.run("open nosuch")[0].startswith("cannot read 'nosuch'")
        assert t.run("comments") == []
        assert t.leave() == 0


def reload_tells_what_changed():
    path = write_profile(["one", "two"], [[1], [2]])
    with shell(path) as t:
        pathlib.Path(path).write_bytes(profile(["one", "three"], [[1], [2], [1]]))
        assert t.run("reload") == ["samples 6, ▲3; most: one ▲3; 1 new, 1 gone"]
        pathlib.Path(path).write_bytes(profile(["one"], [[1]]))
        assert t.run("reload") == ["samples 1, ▼5; most: one ▼3; 1 gone"]
        assert t.run("reload") == ["nothing changed: samples 1"]
        assert t.leave() == 0


def what_takes_long_is_told():
    """On a terminal, after half a second, and the line is gone when the report comes."""
    path = tap.scratch("fifo")
    os.mkfifo(path)
    with Terminal([tap.CPROF, "-top", path], environment(new_home()), tap.TESTDATA) as t:
        with open(path, "wb") as fifo:
            t.wait(lambda: b"reading 0." in t.raw or b"reading 1." in t.raw, "how long it takes")
            fifo.write((tap.TESTDATA / PROFILE).read_bytes())
        t.see("flat%")
        assert not any("reading" in line for line in t.screen.text()), t.screen.text()
        t.reap()


def an_interrupt_ends_what_reads_the_report():
    with shell() as t:
        t.send("top | sh -c 'echo begun; exec sleep 600'" + ENTER)
        t.wait(lambda: "begun" in t.new_lines(), "the other program")
        start = time.monotonic()
        t.send(CTRL_C)
        t.row += 1
        said = t.prompt()
        assert time.monotonic() - start < 60 and "interrupted" in said, said
        said = t.run("top1")
        assert any("objectInterface" in line for line in said), said
        assert t.leave() == 0


def an_interrupt_ends_a_report_at_the_terminal():
    names = [f"function{i}." + "x" * 100 for i in range(300)]
    path = write_profile(names, [[i % 300 + 1 for i in range(s, s + 40)] for s in range(400)])
    with shell(path, args=("-pager=off",)) as t:
        start = len(t.raw)
        t.send("traces" + ENTER)
        t.wait(lambda: len(t.raw) > start + 20000, "much of the report")
        time.sleep(0.2)  # nobody reads: the terminal is full
        t.send(CTRL_C)
        t.see("interrupted")
        t.prompt()
        assert len(t.raw) - start < 1000000, len(t.raw)
        said = t.run("top1")
        assert any("Showing" in line for line in said), said
        assert t.leave() == 0


def an_interrupt_leaves_the_file_as_it_was():
    names = [f"function{i}" for i in range(1000)]
    path = write_profile(names, [[(s * k) % 1000 + 1 for k in range(1, 60)] for s in range(10000)])
    out = pathlib.Path(tap.scratch("txt"))
    with shell(path) as t:
        t.run(f"tree 0 > {out}")
        complete = out.read_bytes()
        ended = set()
        for delay in (0.0, 0.01, 0.02, 0.05, 0.1, 0.2):
            out.write_bytes(b"old")
            t.send(f"tree 0 > {out}" + ENTER)
            t.wait(lambda: t.screen.y > t.row, "the line to be taken")
            time.sleep(delay)
            t.send(CTRL_C)
            # Where it came too late it is a key, and there is another prompt.
            t.wait(lambda: t.at_editor() and t.screen.text()[-1].endswith("(cprof)"), "the prompt")
            t.send("comments")
            t.wait(lambda: t.screen.text()[-1].endswith("(cprof) comments"), "the line")
            t.row = t.screen.y
            t.run()
            ended.add(out.read_bytes())
            assert ended <= {b"old", complete}, (delay, [len(e) for e in ended])
            assert len(list(out.parent.glob(out.name + ".*"))) == 0
        assert t.leave() == 0


def a_session_that_loses_its_terminal_ends():
    home = new_home()
    with shell(home=home) as t:
        t.run("top1")
        os.close(t.fd)
        t.fd = os.open(os.devnull, os.O_RDONLY)
        assert t.reap() in (0, -1), t.status  # -1: the signal that says so
    assert history_of(home).read_text() == "top1\n"


def one_side_of_a_terminal_is_none():
    env = environment(new_home())
    out = pathlib.Path(tap.scratch("txt"))
    argv = ["/bin/sh", "-c", f'"{tap.CPROF}" {PROFILE} >{out}; echo status $?']
    with Terminal(argv, env, tap.TESTDATA) as t:
        t.send("top1\nq\n")
        t.see("status 0")
    assert out.read_bytes() == flags("-top", "-nodecount=1")
    argv = ["/bin/sh", "-c", f'echo top1 | "{tap.CPROF}" {PROFILE}; echo status $?']
    with Terminal(argv, env, tap.TESTDATA) as t:
        t.see("status 0")
        assert b"(cprof)" not in t.raw and b"Showing" in t.raw, t.raw


tap.run(tests(globals()))
