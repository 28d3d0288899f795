# SPDX-License-Identifier: Apache-2.0
"""Many files at once: lists of them, threads that read ahead, and the work shared out."""

import gzip
import os
import re
import pty
import random
import shutil
import subprocess
import time

import pb
import tap
from tap import TESTDATA, must

CACHE = ["cache_heap.1.pb.gz", "cache_heap.2.pb.gz", "cache_heap.3.pb.gz"]


def listed(names, end="\n"):
    path = tap.scratch("list")
    with open(path, "w", encoding="utf-8") as out:
        out.write("".join(name + end for name in names))
    return path


def a_list_is_as_good_as_the_command_line():
    for end in ("\n", "\0"):
        names = listed(CACHE, end)
        for report in ("-top", "-raw", "-traces"):
            assert must(report, f"-files_from={names}") == must(report, *CACHE)
        data = open(names, "rb").read()
        assert must("-raw", "-files_from=-", data=data) == must("-raw", *CACHE)
        assert must("-raw", f"-files_from={names}", CACHE[1]) == must("-raw", CACHE[1], *CACHE)
    assert must("-raw", f"-files_from={listed(CACHE[:1])}") == must("-raw", CACHE[0])
    assert must("-raw", f"-files_from={listed(['', CACHE[0], '', CACHE[1]])}") == \
        must("-raw", *CACHE[:2])


def names_may_have_line_ends_in_them():
    odd = tap.scratch("od\nd.pb.gz")
    shutil.copy(TESTDATA / CACHE[0], odd)
    assert must("-raw", f"-files_from={listed([odd, CACHE[1]], chr(0))}") == \
        must("-raw", *CACHE[:2])


def faults_of_lists():
    for args, data, status, words in [
            (["-files_from=nosuch.list"], b"", 1, ["nosuch.list"]),
            ([f"-files_from={listed([])}"], b"", 1, ["no files"]),
            (["-files_from=-"], b"\n\n", 1, ["standard input", "no files"]),
            ([f"-files_from={listed([CACHE[0], 'nosuch.pb.gz'])}"], b"", 1, ["nosuch.pb.gz"]),
            (["-files_from=-", "-"], b"x", 1, ["standard input"]),
            (["-files_from=."], b"", 1, ["directory"])]:
        done = tap.cprof("-top", *args, data=data)
        assert done.returncode == status and not done.stdout, (args, done)
        lines = done.stderr.decode().splitlines()
        assert len(lines) == 1 and all(word in lines[0] for word in words), (args, lines)
    going = tap.cprof("-raw", "-keep_going",
                      f"-files_from={listed([CACHE[0], 'nosuch.pb.gz', CACHE[1]])}")
    assert going.returncode == 0 and b"nosuch.pb.gz" in going.stderr
    assert going.stdout.replace(b"Comment: 1 input left out\n", b"") == must("-raw", *CACHE[:2])


def the_shell_takes_lists():
    names = listed(CACHE)
    asked = must(f"-files_from={names}", data=b"raw\nopen cache_heap.1.pb.gz\nraw\n")
    assert must("-raw", *CACHE) in asked
    assert must("-raw", CACHE[0]) in asked


def a_heap(stacks, seed):
    """A profile of so many stacks; those of two seeds are the same."""
    random.seed(seed)
    functions = [f"main.f{i}" for i in range(40)]
    samples = [([functions[i % 40], functions[i // 40 % 40], functions[i // 1600 % 40]],
                [random.randint(1, 9), random.randint(1, 9999)]) for i in range(stacks)]
    return pb.profile_of_samples([("objects", "count"), ("space", "bytes")], samples)


def thousands_of_files():
    folder = tap.scratch("many")
    os.mkdir(folder)
    names = []
    for i in range(3000):
        names.append(f"{folder}/{i}.pb")
        with open(names[-1], "wb") as out:
            out.write(a_heap(20, i % 7))
    top = must("-top", "-sample_index=objects", f"-files_from={listed(names)}").decode()
    expected = 0
    for seed in range(7):
        random.seed(seed)
        per_file = [(random.randint(1, 9), random.randint(1, 9999)) for _ in range(20)]
        expected += sum(n for n, _ in per_file) * len(range(seed, 3000, 7))
    assert f"of {expected} total" in top, (expected, top.splitlines()[:6])


def memory_grows_with_the_stacks_only():
    names = []
    for seed in range(8):
        names.append(tap.scratch("pb"))
        with open(names[-1], "wb") as out:
            out.write(a_heap(20000, seed))
    peaks = []
    env = tap.environment()  # where a sanitizer keeps what was freed, that would count
    env["ASAN_OPTIONS"] = env.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    for times in (5, 50):
        args = [tap.CPROF, "-top", f"-files_from={listed(names * times)}"]
        child = os.posix_spawn(args[0], args, env,
                               file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
        _, status, usage = os.wait4(child, 0)
        assert status == 0
        peaks.append(usage.ru_maxrss)
    assert peaks[1] < peaks[0] * 1.2, peaks


def threads_change_nothing():
    names = listed(sorted(str(p) for p in TESTDATA.glob("*heap*.gz")) * 3)
    for args in (["-raw", f"-files_from={names}"], ["-top", f"-files_from={names}"],
                 ["-tree", CACHE[0]], ["-traces", *CACHE], ["-dot", CACHE[2]]):
        one = must(*args, "-threads=1")
        for n in (0, 2, 3, 7, 64):
            assert must(*args, f"-threads={n}") == one, (args, n)
    large = tap.scratch("large.pb.gz")
    with open(large, "wb") as out:
        out.write(gzip.compress(a_heap(60000, 1)))
    for args in (["-raw"], ["-top"], ["-tree"], ["-top", "-focus=f3"], ["-callgrind"]):
        one = must(*args, large, "-threads=1")
        assert all(must(*args, large, f"-threads={n}") == one for n in (2, 5)), args


def faults_are_the_same_on_threads():
    whole = gzip.compress(a_heap(60000, 1))
    for bad in (whole[:-9], whole[:len(whole) // 2], whole[:-3] + b"xyz"):
        path = tap.scratch("bad.pb.gz")
        with open(path, "wb") as out:
            out.write(bad)
        for args in ([path], [CACHE[0], path, CACHE[1]]):
            told = {(done.returncode, done.stderr, done.stdout)
                    for done in (tap.cprof("-top", f"-threads={n}", *args) for n in (1, 2, 4))}
            assert len(told) == 1 and told.pop()[0] == 1, told


def progress_is_shown_on_a_terminal():
    big = tap.scratch("pb")
    with open(big, "wb") as out:
        out.write(a_heap(20000, 1))
    names = listed([big] * 120)
    leader, follower = pty.openpty()
    with subprocess.Popen([tap.CPROF, "-top", f"-files_from={names}"], stderr=follower,
                          stdout=subprocess.DEVNULL, env=tap.environment()) as child:
        os.close(follower)
        seen = b""
        started = time.monotonic()
        while time.monotonic() - started < 60:
            try:
                more = os.read(leader, 4096)
            except OSError:
                break
            if not more:
                break
            seen += more
        assert child.wait() == 0
    os.close(leader)
    assert b" of 120 files" in seen and b"\n" not in seen, seen[:200]
    assert seen.endswith(b"\r\x1b[K"), seen[-40:]
    assert not tap.cprof("-top", f"-files_from={names}").stderr


def the_work_can_be_shared_out():
    parallel = shutil.which("parallel")
    if not parallel:
        raise tap.Skip("no GNU parallel")
    folder = tap.scratch("parts")
    os.mkdir(folder)
    names = [str(TESTDATA / name) for name in CACHE * 4]
    parts = subprocess.run(
        [parallel, "--will-cite", "-k", "-N", "3", "-j", "2",
         f"{tap.CPROF} -proto -output={folder}/{{#}}.pb.gz {{}} && echo {folder}/{{#}}.pb.gz"],
        input="\n".join(names).encode(), env=tap.environment(HOME=folder), check=True,
        stdout=subprocess.PIPE, timeout=60).stdout
    assert len(parts.split()) == 4
    for report in ("-raw", "-top", "-traces", "-tree"):
        assert must(report, "-files_from=-", data=parts) == must(report, *names), report


def the_version_tells_what_is_in_it():
    first, libraries, *rest = must("-version").decode().splitlines()
    assert re.fullmatch(r"cprof \d+\.\d+\.\d+(, commit [0-9a-f]+(-dirty)?)?", first), first
    assert re.match(r"with protobuf-c \d[\d.]*, zlib \d", libraries), libraries
    assert all(line.startswith("without ") for line in rest), rest


tap.run([the_version_tells_what_is_in_it, a_list_is_as_good_as_the_command_line, names_may_have_line_ends_in_them, faults_of_lists,
         the_shell_takes_lists, thousands_of_files, memory_grows_with_the_stacks_only,
         threads_change_nothing, faults_are_the_same_on_threads, progress_is_shown_on_a_terminal,
         the_work_can_be_shared_out])
