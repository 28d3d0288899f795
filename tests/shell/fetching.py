# SPDX-License-Identifier: Apache-2.0
"""What fetching looks like in a terminal: the wait, ^C, the list of profiles, what history keeps."""

import os
import pathlib
import time

import session  # it makes the behaviour tests' modules known
import tap
from server import Running
from terminal import CTRL_C, ENTER, Terminal

SUPPRESSIONS = pathlib.Path(__file__).resolve().parent / "lsan.supp"


def environment(**more):
    home = tap.scratch("home")
    os.mkdir(home)
    lsan = f"suppressions={SUPPRESSIONS}:print_suppressions=0"
    return tap.environment(TERM="xterm", HOME=home, LSAN_OPTIONS=lsan, XDG_STATE_HOME=home + "/state",
                           CPROF_SAVE="off", PAGER="cat") | more


def run(*args, env=None, **more):
    return Terminal([tap.CPROF, *args], env or environment(), tap.TESTDATA, **more)


def a_wait_shows_the_seconds():
    with Running() as s, run("-top", s.url("/profile?seconds=3")) as t:
        t.see("fetching 1 of 3 s, 0 kB")
        t.see("fetching 2 of 3 s, 0 kB")
        t.see("Showing nodes")
        assert not any("fetching" in line for line in t.screen.text()), t.screen.text()
        assert t.reap() == 0
    with Running() as s, run("-top", s.url("/silent")) as t:
        t.see("fetching 1 s, 0 kB")
        t.send(CTRL_C)
        began = time.monotonic()
        assert t.reap() != 0
        assert time.monotonic() - began < 2


def interrupt_ends_a_wait_of_the_shell():
    with Running() as s, run("cache_heap.1.pb.gz") as t:
        t.prompt()
        t.send(f"open {s.url('/silent')}" + ENTER)
        t.see("fetching 1 s")
        began = time.monotonic()
        t.send(CTRL_C)
        t.see("interrupted")
        t.prompt()
        took = time.monotonic() - began
        print(f"# the prompt was there after {1000 * took:.0f} ms")
        assert took < 1.5, took
        said = t.run("top1")
        assert any("main.loadTable" in line for line in said), said
        assert t.leave() == 0


def the_list_of_profiles():
    for place in ("/debug/pprof/", "/debug/pprof"):
        with Running() as s, run(s.url(place)) as t:
            base = s.url("/debug/pprof")
            t.see(f"cprof {base}/allocs")
            t.see(f"cprof -seconds=30 {base}/profile")
            assert t.reap() == 0
            rows = [line.split() for line in t.screen.text() if "cprof " in line]
            assert ["9", "heap", "cprof", f"{base}/heap"] in rows, rows
            assert len(rows) == 4, rows
    with Running() as s, run(s.url("/prefix/debug/pprof/x/../")) as t:
        assert t.reap() == 1  # another page


def history_keeps_no_secrets():
    env = environment()
    with Running() as s, run("cache_heap.1.pb.gz", env=env) as t:
        t.prompt()
        place = s.url("/heap?token=hush&x=1", user="me:hush@")
        t.run(f"base={place}")
        t.run("header=Authorization: hush")
        t.run(f"open {place}")
        t.run("top3")
        assert t.leave() == 0
        kept = (pathlib.Path(env["XDG_STATE_HOME"]) / "cprof" / "history").read_text()
        assert "hush" not in kept and "header=***" in kept and "token=***&x=1" in kept, kept


if __name__ == "__main__":
    done = tap.cprof("-top", "http://127.0.0.1:1/x")
    if b"refused" not in done.stderr:
        print("1..0 # SKIP no libcurl")
    else:
        tap.run([a_wait_shows_the_seconds, interrupt_ends_a_wait_of_the_shell,
                 the_list_of_profiles, history_keeps_no_secrets])
