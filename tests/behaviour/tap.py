# SPDX-License-Identifier: Apache-2.0
"""What the behaviour tests share: running cprof, and reporting in TAP."""

import itertools
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import traceback

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TESTDATA = ROOT / "testdata"
CPROF = os.path.abspath(sys.argv[1])
FOLDER = tempfile.TemporaryDirectory(prefix="cprof-test.")
NUMBERS = itertools.count()

# What a shell's background or nohup ignores, all that is started from there would ignore.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def scratch(name):
    """A new path in a folder that goes when the tests end."""
    return f"{FOLDER.name}/{next(NUMBERS)}.{name}"


def environment(**more):
    env = {k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS") or k.startswith("LLVM")}
    return env | {"PATH": "/usr/bin:/bin", "TZ": "UTC", "TERM": "dumb", "LC_ALL": "C.UTF-8",
                  "HOME": "/nonexistent"} | more


def cprof(*args, data=b"", cwd=TESTDATA, env=None, **more):
    return subprocess.run([CPROF, *map(str, args)], cwd=cwd, input=data, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=env or environment(), **more)


def must(*args, **more):
    """Standard output of a run that has to succeed."""
    done = cprof(*args, **more)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout


class Skip(Exception):
    """A test that cannot run here, and why."""


def run(tests):
    """Runs functions; each fails by raising."""
    failed = 0
    print(f"1..{len(tests)}")
    for number, test in enumerate(tests, 1):
        name = test.__name__.replace("_", " ")
        try:
            test()
            print(f"ok {number} - {name}")
        except Skip as why:
            print(f"ok {number} - {name} # SKIP {why}")
        except Exception:  # whatever it is, the test failed
            failed += 1
            print(f"not ok {number} - {name}")
            for line in traceback.format_exc().splitlines():
                print("# " + line)
    sys.exit(1 if failed else 0)
