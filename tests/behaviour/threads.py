# SPDX-License-Identifier: Apache-2.0
"""Reports are the same however many threads make them, and end as well when something fails."""

import gzip
import pathlib
import random
import subprocess

import tap
from pb import Strings, field
from tap import must

SAMPLES, FUNCTIONS = 12000, 400
LONG_NAME = 200_000  # a few of them are more than a part of a report holds


def make_profile():
    """The path of a profile that is large enough to be worked on in parts."""
    chance, s = random.Random(7), Strings()
    out = [field(1, field(1, s(b"n")) + field(2, s(b"count"))),
           field(1, field(1, s(b"space")) + field(2, s(b"bytes")))]
    names = [s(b"pkg%d.f%d" % (i % 9, i)) for i in range(FUNCTIONS)]
    names[-1] = s(b"x" * LONG_NAME)
    keys, values, size = [s(b"user"), s(b"task")], [s(b"a"), s(b"b b"), s(b"c")], s(b"bytes")
    for i in range(SAMPLES):
        depth = chance.choice([0, 1, 3, 20, 60])
        stack = [chance.randrange(FUNCTIONS - 1) for _ in range(depth)]
        if i % 2000 < 6:
            stack.append(FUNCTIONS - 1)
        sample = b"".join(field(1, 3 * f + 1) for f in stack)
        sample += field(2, chance.randrange(1, 9)) + field(2, chance.randrange(1 << 40))
        for key in chance.sample(keys, i % 3):
            sample += field(3, field(1, key) + field(2, chance.choice(values)))
        if i % 2:
            sample += field(3, field(1, size) + field(3, chance.randrange(1 << 20)))
        out.append(field(2, sample))
    for i, name in enumerate(names):
        lines = field(4, field(1, i + 1) + field(2, i))
        if i % 4 == 0:
            lines += field(4, field(1, (i + 1) % FUNCTIONS + 1) + field(2, 5))
        out.append(field(4, field(1, 3 * i + 1) + field(3, 16 * i) + lines))
        out.append(field(5, field(1, i + 1) + field(2, name) + field(4, s(b"file.c"))))
    path = pathlib.Path(tap.scratch("pb"))
    path.write_bytes(b"".join(out) + s.fields())
    return path


PROFILE = make_profile()
REPORTS = ["-top", "-traces", "-raw", "-proto", "-tree", "-peek=f1", "-dot", "-callgrind", "-tags"]
OPTIONS = [[], ["-lines"], ["-call_tree", "-nodecount=50"], ["-tagfocus=user=a", "-hide=f3"],
           ["-mean", "-trim=false"]]


def reports_do_not_depend_on_the_threads():
    for report in REPORTS:
        for options in OPTIONS:
            one = must(report, "-threads=1", *options, PROFILE)
            several = must(report, "-threads=3", *options, PROFILE)
            assert several == one, (report, options)


def traces_have_all_samples():
    text = must("-traces", "-threads=4", PROFILE)
    raw = must("-raw", "-threads=4", PROFILE)
    samples = raw.split(b"[dflt]\n")[-1].split(b"Locations\n")[0].splitlines()
    stacks = [line for line in samples if b": " in line and line.split(b": ")[1].strip()
              and line.split(b": ")[0].split()[-1].isdigit()]
    assert text.count(b"-----------+") == len(stacks) + 1
    assert text.count(b"x" * LONG_NAME) == SAMPLES // 2000 * 6


def what_is_written_can_be_read():
    packed = must("-proto", "-threads=4", PROFILE)
    assert len(gzip.decompress(packed)) > 1 << 19  # more than one block
    assert must("-raw", "-", data=packed) == must("-raw", PROFILE)


def a_full_disk_is_reported():
    for report in "-traces", "-raw", "-proto":
        with open("/dev/full", "wb") as full:
            done = subprocess.run([tap.CPROF, report, "-threads=3", PROFILE], stdout=full,
                                  stderr=subprocess.PIPE, env=tap.environment(), timeout=60)
        assert done.returncode == 4 and b"No space" in done.stderr, (report, done)


def a_reader_that_goes_ends_the_report():
    for report in "-traces", "-raw", "-proto":
        with subprocess.Popen([tap.CPROF, report, "-threads=3", PROFILE], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=tap.environment()) as run:
            assert len(run.stdout.read(10)) == 10
            run.stdout.close()
            assert run.stderr.read() == b"" and run.wait(timeout=60) == 0, report


tap.run([reports_do_not_depend_on_the_threads, traces_have_all_samples, what_is_written_can_be_read,
         a_full_disk_is_reported, a_reader_that_goes_ends_the_report])
