# SPDX-License-Identifier: Apache-2.0
"""A report that is watched: below each other into a pipe, as a picture in a terminal (tmux)."""

import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

from session import profile, tap, tests, write_profile

TMUX = shutil.which("tmux")
DEADLINE = 30.0
SIZES = "▁▂▃▄▅▆▇█"


def rewrite(path, names, weights):
    """Samples of a stack each, as many of the function as its weight; the file is whole at any time."""
    stacks = [[i] for i, n in enumerate(weights, 1) for _ in range(n)]
    fresh = pathlib.Path(f"{path}.new")
    fresh.write_bytes(profile(names, stacks))
    os.replace(fresh, path)


class Watched:
    """cprof in a tmux of its own."""

    def __init__(self, *args, columns=100, rows=20, cwd=tap.TESTDATA):
        self.socket = tap.scratch("tmux")
        self.status = pathlib.Path(tap.scratch("status"))
        command = " ".join(map(shlex.quote, (str(tap.CPROF), *map(str, args))))
        script = f"trap : INT; echo before; {command}; echo $? >{self.status}; stty -a | grep -o -- '-*icanon'; " \
                 "echo after; exec cat"
        env = tap.environment(TERM="xterm-256color", LC_ALL="C.UTF-8", HOME=tap.scratch("home"))
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  f"cd {shlex.quote(str(cwd))}; {script}", env=env)

    def tmux(self, *args, env=None):
        return subprocess.run([TMUX, "-S", self.socket, "-u", *args], capture_output=True, text=True,
                              timeout=60, env=env, check=False).stdout

    def screen(self):
        return self.tmux("capture-pane", "-p").rstrip("\n").split("\n")

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def wait(self, condition, what):
        end = time.monotonic() + DEADLINE
        while True:
            screen = self.screen()
            if condition(screen):
                return screen
            if time.monotonic() > end:
                raise AssertionError(f"{what} is not to be seen:\n" + "\n".join(screen))
            time.sleep(0.05)

    def see(self, text):
        return self.wait(lambda screen: any(text in line for line in screen), repr(text))

    def pid(self):
        parent = self.tmux("display-message", "-p", "#{pane_pid}").strip()
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            if "(cprof)" in stat and stat.rsplit(")", 1)[1].split()[1] == parent:
                return int(folder.name)
        raise AssertionError("there is no cprof")

    def ended(self):
        """Its exit status, once the terminal is as it was."""
        screen = self.see("after")
        assert "before" in "\n".join(screen), screen
        assert any(line.strip() == "icanon" for line in screen), screen
        cursor = self.tmux("display-message", "-p", "#{cursor_flag} #{alternate_on} #{wrap_flag}")
        assert cursor.split() == ["1", "0", "1"], cursor
        return int(self.status.read_text())

    def __enter__(self):
        return self

    def __exit__(self, *what):
        self.tmux("kill-server")


NAMES = ["main.one", "main.two", "main.three"]


def watched(weights=(5, 3, 2)):
    path = write_profile(["none"], [[1]])
    rewrite(path, NAMES, weights)
    return path


def into_a_pipe_reports_stand_below_each_other():
    path = watched()
    run = subprocess.Popen([tap.CPROF, "-watch=200ms", "-top", path], stdout=subprocess.PIPE,
                           env=tap.environment())
    one = tap.must("-top", "-compact_labels", path)
    got = b""
    while got.count(b"\n\n") < 2:
        got += os.read(run.stdout.fileno(), 1 << 16)
    rewrite(path, NAMES, (5, 9, 2))
    two = tap.must("-top", "-compact_labels", path)
    while two not in got:
        got += os.read(run.stdout.fileno(), 1 << 16)
    run.send_signal(signal.SIGTERM)
    run.stdout.close()
    assert run.wait(20) == -signal.SIGTERM
    parts = got.split(b"\n\n")
    assert all(re.match(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n", part) for part in parts[:2]), got
    assert parts[0].split(b"\n", 1)[1] + b"\n" == one, (parts[0], one)
    assert b"\x1b" not in got


def a_reader_that_leaves_ends_it():
    path = watched()
    done = subprocess.run(["bash", "-c", f"'{tap.CPROF}' -watch=100ms -top {path} | head -3"],
                          capture_output=True, timeout=60, env=tap.environment(), check=False)
    assert done.stdout.count(b"\n") == 3 and done.stderr == b"", done


def what_goes_away_may_come_back():
    path = watched()
    run = subprocess.Popen([tap.CPROF, "-watch=100ms", "-top", path], stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, env=tap.environment())
    os.read(run.stdout.fileno(), 1 << 16)
    os.rename(path, path + ".away")
    error = os.read(run.stderr.fileno(), 1 << 16)
    assert b"cannot read" in error, error
    os.rename(path + ".away", path)
    rewrite(path, NAMES, (9, 9, 9))
    got = b""
    while b"378 total" not in got:
        got += os.read(run.stdout.fileno(), 1 << 16)
    run.terminate()
    run.wait(20)
    run.stdout.close()
    run.stderr.close()


def what_cannot_be_watched_is_said():
    for args, says in ((("-watch=1s",), "-watch needs a report"),
                       (("-watch=1s", "-top", "-"), "standard input cannot be watched"),
                       (("-watch=1s", "-proto"), "proto cannot be watched"),
                       (("-watch=fast", "-top"), "bad value 'fast' for watch"),
                       (("-watch=-1s", "-top"), "bad value '-1s' for watch")):
        done = tap.cprof(*args, "config_heap.pb.gz")
        assert done.returncode == 2 and says.encode() in done.stderr, done
    done = tap.cprof("-watch=1s", "-top", "nosuch.pb.gz")
    assert done.returncode == 1 and b"cannot read 'nosuch.pb.gz'" in done.stderr, done


def an_output_file_is_replaced():
    path, out = watched(), tap.scratch("txt")
    run = subprocess.Popen([tap.CPROF, "-watch=100ms", "-top", f"-output={out}", path],
                           env=tap.environment())
    rewrite(path, NAMES, (5, 9, 2))
    want = tap.must("-top", "-compact_labels", path)
    end = time.monotonic() + DEADLINE
    while not (os.path.exists(out) and pathlib.Path(out).read_bytes() == want):
        assert time.monotonic() < end
        time.sleep(0.02)
    run.terminate()
    run.wait(20)


def the_picture_tells_what_changed():
    path = watched()
    with Watched("-watch=300ms", "-top", path) as w:
        screen = w.see("main.three")
        assert "55" in screen[1] and "top" in screen[0] and path in screen[0], screen
        assert not any("▲" in line for line in screen), screen
        rewrite(path, NAMES, (5, 9, 2))
        screen = w.wait(lambda s: "▲81" in s[1], "a growing total")
        assert any(size in screen[1] for size in SIZES), screen
        row = next(line for line in screen if "main.two" in line)
        assert re.match(r" +▲\d+ +▲\d+ +\d+ ", row), row
        # The change since the last goes, that since the first stays.
        screen = w.wait(lambda s: re.match(r" {12} +▲\d+ +\d",
                                           next((x for x in s if "main.two" in x), "")),
                        "the change since the first alone")
        rewrite(path, NAMES, (1, 1, 1))
        w.wait(lambda s: "▼" in s[1], "a shrinking total")
        w.keys("q")
        assert w.ended() == 0


def keys_are_obeyed():
    folder = pathlib.Path(tap.scratch("folder"))
    folder.mkdir()
    heap = tap.TESTDATA / "config_heap.pb.gz"
    with Watched("-watch=300ms", "-top", heap, cwd=folder) as w:
        w.see("inuse_space")
        w.keys("t")
        w.see("alloc_objects")
        w.keys("t")
        w.see("alloc_space")
        w.keys("Space")
        w.see("paused")
        w.keys("Space")
        w.wait(lambda s: "paused" not in s[0], "no pause")
        w.keys("/")
        w.see("focus:")
        w.keys("jsonx", "BSpace", "Enter")
        w.see("focus=json")
        w.keys("/", "C-u", "(", "Enter")
        w.see("option focus")
        w.keys("/", "C-u", "Enter")
        w.wait(lambda s: not any("focus=json" in line for line in s), "no focus")
        w.keys("b")
        w.see("changes are told from now on")
        w.keys("w")
        w.see("saved as profile001.pb.gz")
        w.keys("q")
        assert w.ended() == 0
    saved = folder / "profile001.pb.gz"
    assert tap.must("-top", saved).split(b"\n", 1)[1:] == tap.must("-top", heap).split(b"\n", 1)[1:]


def a_resize_redraws():
    with Watched("-watch=10s", "-top", "config_heap.pb.gz", rows=20) as w:
        screen = w.see("q leave")
        assert len(screen) == 20 and "q leave" in screen[-1], screen
        w.tmux("resize-window", "-x", "70", "-y", "12")
        screen = w.wait(lambda s: len(s) == 12 and "q leave" in s[-1], "the smaller picture")
        assert all(len(line) <= 70 for line in screen), screen
        w.tmux("resize-window", "-x", "120", "-y", "40")
        w.wait(lambda s: len(s) == 40 and "q leave" in s[-1], "the larger picture")
        w.keys("q")
        assert w.ended() == 0


def other_reports_can_be_watched():
    for args, has in ((("-tree",), "flat%"), (("-peek=json",), "calls%"), (("-tags",), "bytes"),
                      (("-traces",), "-----")):
        with Watched("-watch=10s", *args, "config_heap.pb.gz", rows=40) as w:
            w.see(has)
            w.keys("Down")
            w.keys("q")
            assert w.ended() == 0, args


def signals_leave_the_terminal_as_it_was():
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGSEGV):
        if number == signal.SIGSEGV and "asan" in os.path.realpath(tap.CPROF):
            continue
        with Watched("-watch=10s", "-top", "config_heap.pb.gz") as w:
            w.see("q leave")
            os.kill(w.pid(), number)
            assert w.ended() == 128 + number, number


def control_c_and_control_z():
    with Watched("-watch=10s", "-top", "config_heap.pb.gz") as w:
        w.see("q leave")
        w.keys("C-c")
        assert w.ended() == 130
    with Watched("-watch=10s", "-top", "config_heap.pb.gz") as w:
        w.see("q leave")
        pid = w.pid()
        os.kill(pid, signal.SIGTSTP)
        w.wait(lambda s: "before" in s[0] and not any("q leave" in x for x in s), "the old screen")
        os.kill(pid, signal.SIGCONT)
        w.see("q leave")
        w.keys("q")
        assert w.ended() == 0


def what_fails_stays_on_the_screen():
    path = watched()
    with Watched("-watch=200ms", "-top", path) as w:
        w.see("main.one")
        pathlib.Path(path).write_bytes(b"\x1b[31mnot a profile")
        screen = w.see("cannot be read")
        assert any("main.one" in line for line in screen), screen
        rewrite(path, NAMES, (9, 9, 9))
        w.wait(lambda s: "378" in s[1] and "cannot be read" not in s[0], "the new profile")
        w.keys("q")
        assert w.ended() == 0


def gates_are_judged_each_time():
    path = watched()
    with Watched("-watch=200ms", "-top", "-fail_if=total > 100", path) as w:
        w.see("main.one")
        rewrite(path, NAMES, (9, 9, 9))
        w.see("378")
        w.keys("q")
        assert w.ended() == 3


def needs_tmux(test):
    return "Watched" in test.__code__.co_names


everything = tests(globals())
if not TMUX:
    everything = [test for test in everything if not needs_tmux(test)]
    print("# there is no tmux: the picture is not looked at", file=sys.stderr)
tap.run(everything)
