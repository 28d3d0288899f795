#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The live flame graph, in a real terminal: keys, the mouse, and what is shown."""

import contextlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import time

from session import tap

CPU = "service_before_cpu.pb.gz"
DEADLINE = 20


class Pane:
    """A program in a terminal of tmux."""

    numbers = iter(range(1000))

    def __init__(self, *args, env=(), columns=110, rows=34):
        if not shutil.which("tmux"):
            raise tap.Skip("no tmux")
        socket = f"cprof-{os.getpid()}-{next(self.numbers)}"
        self.tmux = ["tmux", "-L", socket, "-f", "/dev/null"]
        sanitizers = [f"{k}={v}" for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")]
        command = shlex.join(["env", "TERM=xterm-256color", "LC_ALL=C.UTF-8", "HOME=/dev/null",
                              *sanitizers, *env, tap.CPROF, *args])
        self.run("new-session", "-d", "-x", str(columns), "-y", str(rows),
                 f"cd {tap.TESTDATA} && {command}; echo status $?; exec sleep 60")

    def run(self, *args):
        return subprocess.run([*self.tmux, *args], check=True, capture_output=True,
                              env=os.environ | {"LC_ALL": "C.UTF-8"}).stdout.decode()

    def lines(self):
        return [line.rstrip() for line in self.run("capture-pane", "-p").split("\n")]

    def see(self, *texts):
        """Waits until all of these are on the screen, and returns it."""
        end = time.monotonic() + DEADLINE
        while True:
            shown = "\n".join(self.lines())
            if all(text in shown for text in texts):
                return shown.split("\n")
            assert time.monotonic() < end, f"{texts} came not; the screen:\n{shown}"
            time.sleep(0.02)

    def keys(self, *keys):
        for key in keys:
            self.run("send-keys", key)

    def type(self, text):
        self.run("send-keys", "-l", text)

    def click(self, row, column, button=0):
        self.type(f"\x1b[<{button};{column + 1};{row + 1}M")
        self.type(f"\x1b[<{button};{column + 1};{row + 1}m")


@contextlib.contextmanager
def pane(*args, **more):
    p = Pane(*args, **more)
    try:
        yield p
    finally:
        p.run("kill-server")


@contextlib.contextmanager
def flame(*args, **more):
    with pane("-flame", "-i", *args, **more) as p:
        p.see("q leave")
        yield p


def leave(p):
    p.keys("q")
    p.see("status 0")


def arrows_walk_and_tell_what_a_frame_weighs():
    top = {row["name"]: row for row in json.loads(
        tap.must("-top", "-format=json", "-trim=false", CPU))["rows"]}
    with flame(CPU) as p:
        p.keys("Down", "Down", "Down")
        assert top["main.(*Service).Handle"]["cum"] == 2370000000
        p.see("main.(*Service).Handle  example.com/service/main.go",
              "total 2.37s · 80.89% of all · 80.89% of the view · self 10ms")
        p.keys("Right")
        p.see("main.requestBody  ")
        p.keys("Left", "Up")
        p.see("main.main  example.com/service/main.go")
        leave(p)


def enter_goes_in_and_escape_out():
    with flame(CPU) as p:
        p.keys("Down", "Down", "Down", "Enter")
        p.see("all › runtime.main › main.main › main.(*Service).Handle 80.89%",
              "80.89% of all · 100% of the view")
        p.keys("Down", "Enter")
        p.see("› example.com/service/internal/render.Simple.Page 79.52")
        p.keys("Escape")
        p.see("main.(*Service).Handle 80.89%\n")
        p.keys("BSpace")
        assert p.see("\nall 2.93s")[1] == "all 2.93s"
        p.keys("Escape")
        leave(p)


def a_search_tells_its_total_and_walks_its_matches():
    with flame(CPU) as p:
        p.type("/^runtime.mallocgc$")
        p.see("/^runtime.mallocgc$")
        p.keys("Enter")
        p.see("/^runtime.mallocgc$: 1 functions, 900ms · 30.72% of all", "runtime.mallocgc  runtime")
        p.keys("n", "N")
        p.see("runtime.mallocgc  runtime")
        p.type("/(")
        p.keys("Enter")
        p.see("/(▏", "missing closing )")
        p.keys("Escape", "Escape")
        p.see("q leave")
        leave(p)


def a_function_is_seen_from_all_its_places():
    with flame(CPU) as p:
        p.type("/mallocgc$")
        p.keys("Enter", "Escape", "s")
        p.see("runtime.mallocgc 900ms, 30.72%", "\n▏runtime.mallocgc 900ms")
        time.sleep(0.3)  # the rest of the picture
        lines = p.lines()
        row = next(i for i, line in enumerate(lines) if line.startswith("▏runtime.mallocgc 900ms"))
        assert "growslice" in lines[row - 1] and "heapBitsSetType" in lines[row + 1]
        p.keys("Up")
        p.see("runtime.growslice  runtime/slice.go")
        p.keys("Enter")
        p.see("runtime.growslice 590ms")
        p.keys("r")
        p.see("\nall 2.93s")
        leave(p)


def sample_types_take_turns_and_the_graph_is_flipped():
    with flame(CPU) as p:
        p.keys("m")
        p.see("service · samples 293")
        p.keys("m")
        p.see("service · cpu 2.93s")
        p.keys("v")
        p.see("from the leaves")
        p.keys("Down")
        p.see("runtime.heapBitsSetType  ", "total 220ms · 7.51% of all", "self 220ms")
        p.keys("v")
        leave(p)


def filters_are_a_key_away():
    with flame(CPU) as p:
        p.keys("Down", "i")
        p.see("ignore=^runtime\\.main$")
        p.keys("Escape")
        p.see("runtime.main 84.98%")
        p.keys("Down", "h")
        p.see("hide=^runtime\\.main$")
        leave(p)


def the_mouse_works():
    with flame(CPU) as p:
        p.click(4, 20)
        p.see("main.main  example.com/service/main.go")
        p.click(4, 20)
        p.see("all › runtime.main › main.main 84.98%")
        p.click(4, 20, button=2)
        p.see("\nall 2.93s")
        leave(p)


def the_source_is_shown_by_the_pager():
    pager = pathlib.Path(tap.scratch("pager"))
    pager.write_text("#!/bin/sh\ncat\nread -r line </dev/tty\n")
    pager.chmod(0o755)
    with flame("-source_path=src", CPU, env=[f"PAGER={pager}"]) as p:
        p.keys("Down", "Down", "Down", "l")
        p.see("ROUTINE ======================== main.(*Service).Handle")
        p.keys("Enter")
        p.see("q leave", "main.(*Service).Handle  example")
        leave(p)


def another_size_and_a_comparison():
    with flame("-diff_base=" + CPU, "service_after_cpu.pb.gz") as p:
        p.see("▼ all -180ms")
        p.keys("Down")
        p.see("before 2.49s, after 2.39s, change -100ms · 4.02% of what it was")
        p.run("resize-window", "-x", "60", "-y", "20")
        lines = p.see("▼ all -180ms", "Enter into  Esc out")
        assert max(map(len, lines)) <= 60
        leave(p)


def what_leaves_nothing_is_told_and_undone():
    with flame(CPU) as p:
        p.keys("f")  # the whole has no name
        p.see("▏all 2.93s")
        p.keys("?")
        p.see("walk the frames")
        p.keys("x")
        p.see("▏all 2.93s")
        leave(p)


def it_is_a_command_of_the_shell():
    with pane(CPU) as p:
        p.see("(cprof)")
        p.type("flame -i")
        p.keys("Enter")
        p.see("q leave", "▏all 2.93s")
        p.keys("C-c")
        p.see("(cprof)")
        p.type("flame 3")
        p.keys("Enter")
        p.see("main.main 84.98%")


def without_a_terminal_it_is_misuse():
    done = tap.cprof("-flame", "-i", CPU)
    assert done.returncode == 2 and b"-flame -i needs a terminal" in done.stderr, done
    done = tap.cprof("-top", "-i", CPU)
    assert done.returncode == 2 and b"-i is for -flame" in done.stderr, done


if __name__ == "__main__":
    tap.run([arrows_walk_and_tell_what_a_frame_weighs, enter_goes_in_and_escape_out,
             a_search_tells_its_total_and_walks_its_matches, a_function_is_seen_from_all_its_places,
             sample_types_take_turns_and_the_graph_is_flipped, filters_are_a_key_away,
             the_mouse_works, the_source_is_shown_by_the_pager, another_size_and_a_comparison,
             what_leaves_nothing_is_told_and_undone, it_is_a_command_of_the_shell,
             without_a_terminal_it_is_misuse])
