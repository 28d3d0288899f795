# SPDX-License-Identifier: Apache-2.0
"""Profiles of a real service, testdata/src/live, with the pages of Go's net/http/pprof."""

import contextlib
import os
import pathlib
import re
import shutil
import subprocess
import time
import urllib.request

import tap
from tap import ROOT, cprof

GO = shutil.which("go")


def build():
    program = tap.scratch("live")
    env = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GOPROXY": "off",
                        "GOCACHE": os.environ.get("GOCACHE", tap.scratch("gocache"))}
    subprocess.run([GO, "build", "-o", program, "."], cwd=ROOT / "testdata/src/live", env=env,
                   check=True)
    return program


@contextlib.contextmanager
def service(program):
    run = subprocess.Popen([program, "-listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    try:
        yield run.stdout.readline().strip()
    finally:
        run.kill()
        run.wait()


def env():
    home = tap.scratch("home")
    os.mkdir(home)
    return tap.environment(HOME=home)


def fetch(*args):
    """Standard output of a run, what it said, and the copy that it kept."""
    e = env()
    done = cprof(*args, env=e)
    assert done.returncode == 0, (args, done)
    saved = list((pathlib.Path(e["HOME"]) / "pprof").iterdir())
    assert len(saved) == 1, saved
    return done.stdout.decode(), done.stderr.decode(), saved[0]


def tests(program):
    def the_heap_is_that_of_the_file():
        with service(program) as base:
            time.sleep(1)
            text, said, saved = fetch("-top", "-inuse_space", base + "heap")
            assert "File: " in text and "main.remember" in text, text
            assert f"Fetching profile over HTTP from {base}heap\nSaved profile in {saved}\n" == said
            assert saved.name == f"pprof.{os.path.basename(program)}.alloc_objects.alloc_space." \
                                 "inuse_objects.inuse_space.001.pb.gz"
            assert tap.must("-top", "-inuse_space", saved).decode() == text
            for name in ("allocs", "goroutine", "threadcreate", "block", "mutex"):
                fetch("-top", base + name)
            with urllib.request.urlopen(base + "goroutine?debug=0") as answer:
                body = answer.read()
            assert b"net/http" in tap.must("-traces", "-", data=body)

    def a_cpu_profile_takes_its_time():
        with service(program) as base:
            began = time.monotonic()
            text, said, _ = fetch("-top", "-seconds=1", base + "profile")
            assert 1 <= time.monotonic() - began < 10
            assert "Please wait... (1s)\n" in said and "main.hash" in text, (said, text)
            both = [subprocess.Popen([tap.CPROF, "-top", "-seconds=2", base + "profile"], env=env(),
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                    for _ in range(2)]
            done = [run.communicate() for run in both]
            assert sorted(run.returncode != 0 for run in both) == [False, True], done
            assert any("cpu profiling already in use" in err for _, err in done), done

    def pages_that_are_no_profiles():
        with service(program) as base:
            for place, says in (("", "is an HTML page"), ("nosuch", "404 Not Found: Unknown profile")):
                done = cprof("-top", base + place, env=env())
                assert says in done.stderr.decode(), done
            text, said, _ = fetch("-top", "-seconds=1", base + "heap")
            assert "heap is what changes over 1 s" in said, said

    def snapshots_show_the_growth():
        with service(program) as base:
            folder = pathlib.Path(tap.scratch("snapshots"))
            done = cprof(f"-collect={folder}", "-interval=500ms", "-count=4", base + "heap",
                         "-sample_index=inuse_space")
            assert done.returncode == 0 and done.stderr == b"", done
            names = sorted(p.name for p in folder.iterdir())
            assert len(names) == 4, names
            assert re.search(rb"heap_127\.0\.0\.1-\d+: 4 snapshots in [12]s", done.stdout), done.stdout
            first, last = folder / names[0], folder / names[-1]
            text = tap.must("-top", "-alloc_space", f"-base={first}", last).decode()
            assert re.search(r"^ +\d[\d.]*[kM]B .* main\.remember", text, re.M), text

    return [the_heap_is_that_of_the_file, a_cpu_profile_takes_its_time, pages_that_are_no_profiles,
            snapshots_show_the_growth]


if __name__ == "__main__":
    if not GO:
        print("1..0 # SKIP no go")
    elif b"refused" not in cprof("-top", "http://127.0.0.1:1/x").stderr:
        print("1..0 # SKIP no libcurl")
    else:
        tap.run(tests(build()))
