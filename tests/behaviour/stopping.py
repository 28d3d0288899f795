# SPDX-License-Identifier: Apache-2.0
"""What ends early, and what goes slowly: signals, programs that hang, outputs that do not block."""

import fcntl
import os
import pathlib
import signal
import subprocess
import time

import tap
from tap import TESTDATA, must

GOOD = TESTDATA / "cache_heap.1.pb.gz"
SOON = 5.0  # seconds; what hangs would take longer


def start(*args, **more):
    return subprocess.Popen([tap.CPROF, *map(str, args)], cwd=TESTDATA, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            **({"env": tap.environment()} | more))


def wait_for(condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "nothing has come"
        time.sleep(0.01)


def a_signal_leaves_no_temporary_file():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        folder = pathlib.Path(tap.scratch("slow"))
        folder.mkdir()
        dot = folder / "dot"
        dot.write_text(f"#!/bin/sh\necho $$ > {folder}/pid\nexec sleep 60\n")
        dot.chmod(0o755)
        out = folder / "out.svg"
        run = start("-svg", f"-output={out}", GOOD,
                    env=tap.environment(PATH=f"{folder}:/usr/bin:/bin"))
        wait_for(lambda: (folder / "pid").exists() and (folder / "pid").read_text().endswith("\n"))
        began = time.monotonic()
        run.send_signal(number)
        text = run.communicate(timeout=20)
        assert run.returncode == -number, (run.returncode, text)
        assert text == (b"", b""), text
        assert time.monotonic() - began < SOON
        assert sorted(os.listdir(folder)) == ["dot", "pid"], os.listdir(folder)
        pid = int((folder / "pid").read_text())
        wait_for(lambda: not os.path.exists(f"/proc/{pid}"))


def what_stalls_can_be_stopped():
    fifo = tap.scratch("fifo")
    os.mkfifo(fifo)
    run = start("-top", fifo)
    with open(fifo, "wb") as slow:
        slow.write(GOOD.read_bytes()[:100])
        slow.flush()
        time.sleep(0.2)
        began = time.monotonic()
        run.send_signal(signal.SIGINT)
        text = run.communicate(timeout=20)
        assert run.returncode == -signal.SIGINT and text == (b"", b""), (run.returncode, text)
        assert time.monotonic() - began < SOON


def an_output_that_does_not_block_gets_all():
    want = must("-traces", "workers_cpu.pb.gz")
    assert len(want) > 1 << 16
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETFL, os.O_NONBLOCK)
    run = subprocess.Popen([tap.CPROF, "-traces", TESTDATA / "workers_cpu.pb.gz"], stdout=write, stderr=subprocess.PIPE,
                           env=tap.environment())
    os.close(write)
    time.sleep(0.3)
    with open(read, "rb") as pipe:
        assert pipe.read() == want
    assert run.communicate(timeout=20)[1] == b"" and run.returncode == 0


def numbered_names_go_on():
    folder = pathlib.Path(tap.scratch("many"))
    folder.mkdir()
    for i in range(1, 1001):
        if i != 500:
            (folder / f"profile{i:03}.pb.gz").write_bytes(b"mine")
    for name in ("profile500.pb.gz", "profile1001.pb.gz"):
        done = tap.cprof(GOOD, data=b"proto\n", cwd=folder)
        assert done.stderr.endswith(f"the report goes to {name}\n".encode()), done
        assert (folder / name).read_bytes() == must("-proto", GOOD)
    assert (folder / "profile999.pb.gz").read_bytes() == b"mine"


tap.run([a_signal_leaves_no_temporary_file, what_stalls_can_be_stopped,
         an_output_that_does_not_block_gets_all, numbered_names_go_on])
