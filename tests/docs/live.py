# SPDX-License-Identifier: Apache-2.0
"""Runs what README.md says of a service that runs, as it stands there, where Go is and port 6060 is free.

usage: live.py CPROF SOURCE_ROOT
"""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

CPROF, ROOT = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
SERVICE = ROOT / "testdata/src/live"
SKIPPED = 77


def is_free():
    """A bare root may not even know localhost."""
    try:
        with socket.socket() as s:
            return s.connect_ex(("localhost", 6060)) != 0
    except socket.gaierror:
        return False


def steps():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.search(r"<!-- live -->\n\n```sh\n(.*?)^```$", text, re.S | re.M)[1].splitlines()


def start(command, env):
    """The first step, in the folder that it names."""
    assert command.startswith("go run . &"), command
    service = subprocess.Popen(["go", "run", "."], cwd=SERVICE, env=env, stdout=subprocess.PIPE,
                               start_new_session=True)
    service.stdout.readline()
    time.sleep(1)
    return service


def watch(command, folder, env):
    """The last step, until it has shown two pictures, and ^C."""
    run = subprocess.Popen(["sh", "-c", "exec " + command], cwd=folder, env=env, text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(3.5)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=20)
    assert out.count("Showing nodes") >= 2 and "main.remember" in out, (out, err)


def main():
    if not shutil.which("go") or not is_free():
        print("skipped: no go, or localhost:6060 is in use or unknown")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="cprof-live.") as folder:
        env = {**os.environ, "PATH": os.path.dirname(CPROF) + ":" + os.environ["PATH"], "HOME": folder,
               "GOFLAGS": "-mod=mod", "GOPROXY": "off", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local",
               "GOCACHE": os.environ.get("GOCACHE", folder + "/cache")}
        first, *middle, last = steps()
        signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
        service = start(first, env)
        try:
            printed = []
            for command in middle:
                done = subprocess.run(["sh", "-c", command], cwd=folder, env=env, timeout=60, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
                assert done.returncode == 0, (command, done)
                printed.append(done.stdout)
            assert "main.remember" in printed[0] and "5 snapshots" in printed[1], printed
            assert "main.remember" in printed[2] and "Showing nodes accounting for" in printed[2], printed
            watch(last, folder, env)
        finally:
            os.killpg(service.pid, signal.SIGKILL)
            service.wait()
    print("all steps do what they say")
    return 0


if __name__ == "__main__":
    sys.exit(main())
