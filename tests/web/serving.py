# SPDX-License-Identifier: Apache-2.0
"""Runs cprof as a server, and asks it things."""

import contextlib
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "behaviour"))
import tap  # noqa: E402


class Server:
    def __init__(self, args, cwd=tap.TESTDATA, env=None, address="localhost:0"):
        # A file: a pipe that nobody empties would stop the server.
        self.told = tap.scratch("stderr")
        with open(self.told, "wb") as err:
            self.process = subprocess.Popen(
                [tap.CPROF, f"-http={address}", "-no_browser", *map(str, args)], cwd=cwd,
                stdin=subprocess.DEVNULL, stderr=err, env=env or tap.environment())
        self.url, self.port = None, None

    def wait(self):
        """Until it has said where it is."""
        while True:
            text = open(self.told, encoding="utf-8", errors="replace").read()
            found = re.search(r"http://\S+?:(\d+)", text)
            if found:
                self.url, self.port = found.group(0), int(found.group(1))
                return self
            assert self.process.poll() is None, text
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.02)

    def stop(self):
        """Returns the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def ask(self, target, method="GET", headers=None, body=None):
        """Status, headers and body; redirects are not followed."""
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            c.request(method, target, body=body, headers=headers or {})
            answer = c.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            c.close()

    def get(self, target):
        status, _, body = self.ask(target)
        assert status == 200, (target, status, body)
        return body

    def json(self, target):
        return json.loads(self.get(target))


@contextlib.contextmanager
def serving(*args, **more):
    server = Server(args, **more)
    try:
        yield server.wait()
    finally:
        server.stop()


def token_of(server):
    page = server.get("/ui/flamegraph").decode()
    return re.search(r'name="cprof-token" content="([0-9a-f]+)"', page).group(1)


def peak(pid):
    """The most memory that a process had, in bytes."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", text).group(1)) * 1024


def sanitized():
    return any(name.endswith("SAN_OPTIONS") for name in os.environ)
