# SPDX-License-Identifier: Apache-2.0
"""Adds up profiles on a Dask scheduler with two workers, one of which is killed on the way.

usage: fleet.py CPROF FLEET
"""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

CPROF, FLEET = (os.path.abspath(path) for path in sys.argv[1:3])
TESTDATA = pathlib.Path(__file__).resolve().parents[2] / "testdata"
PROFILES = sorted(TESTDATA.glob("cache_heap.*.pb.gz")) + sorted(TESTDATA.glob("*_heap.pb.gz"))

try:
    import distributed  # noqa: F401
except ImportError:
    print("1..0 # SKIP no Dask (python3-distributed)")
    sys.exit(0)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def environment(folder):
    """The worker's cprof is slow, so that one can be killed while it works."""
    slow = pathlib.Path(folder, "bin", "cprof")
    slow.parent.mkdir()
    slow.write_text(f'#!/bin/sh\nsleep 0.5\nexec "{CPROF}" "$@"\n', encoding="utf-8")
    slow.chmod(0o755)
    return {**os.environ, "PATH": f"{slow.parent}:{os.environ['PATH']}", "HOME": folder}


def start(folder, *args):
    log = open(f"{folder}/log", "ab")
    return subprocess.Popen([sys.executable, "-m", "distributed.cli." + args[0], *args[1:]],
                            cwd=folder, env=environment_of[folder], stdout=log, stderr=log,
                            start_new_session=True)


environment_of = {}


def merged_directly(folder, names):
    subprocess.run([CPROF, "-proto", f"-output={folder}/direct.pb.gz", "-files_from=-"],
                   input="\n".join(names), text=True, check=True)
    return pathlib.Path(folder, "direct.pb.gz").read_bytes()


def fleet(folder, names, *args, kill=None):
    running = subprocess.Popen([sys.executable, FLEET, *args, "-n", "4", "-o", "all.pb.gz"],
                               cwd=folder, env=environment_of[folder], stdin=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    if kill:
        running.stdin.write("\n".join(names))
        running.stdin.close()
        running.stdin = None
        time.sleep(2)
        assert running.poll() is None, "the work was done before the worker was killed"
        os.killpg(kill.pid, signal.SIGKILL)
        error = running.communicate(timeout=120)[1]
    else:
        error = running.communicate("\n".join(names), timeout=120)[1]
    return running.returncode, error


def test_scheduler(folder, names):
    """A worker that is killed costs time and no profile."""
    port = free_port()
    scheduler = start(folder, "dask_scheduler", "--host=127.0.0.1", f"--port={port}",
                      "--no-dashboard")
    address = f"tcp://127.0.0.1:{port}"
    workers = [start(folder, "dask_worker", address, "--nthreads=1", "--no-dashboard",
                     "--host=127.0.0.1") for _ in range(2)]
    try:
        status, error = fleet(folder, names, "-s", address, kill=workers[0])
        assert status == 0, error
        assert pathlib.Path(folder, "all.pb.gz").read_bytes() == merged_directly(folder, names)
    finally:
        for process in [*workers, scheduler]:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def test_bad_profile(folder, names):
    """What cannot be read fails the whole, says which file, and leaves no output."""
    status, error = fleet(folder, [*names[:8], str(TESTDATA / "bad/truncated.pb.gz")], "-w", "2")
    assert status != 0 and "truncated.pb.gz" in error, error
    assert not pathlib.Path(folder, "all.pb.gz").exists()


def main():
    tests = [test_scheduler, test_bad_profile]
    print(f"1..{len(tests)}")
    failed = 0
    for number, test in enumerate(tests, 1):
        folder = tempfile.mkdtemp(prefix="cprof-fleet.")
        environment_of[folder] = environment(folder)
        try:
            test(folder, [str(path) for path in PROFILES] * 6)
            print(f"ok {number} - {test.__doc__}")
        except AssertionError as wrong:
            failed = 1
            print(f"not ok {number} - {test.__doc__}\n# " + str(wrong).replace("\n", "\n# "))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
