# SPDX-License-Identifier: Apache-2.0
"""Laws of adding up and comparing profiles, and of the profiles that cprof writes."""

import gzip
import itertools
import json
import pathlib
import re
import shutil
import subprocess

import pb
import tap
from tap import ROOT, TESTDATA, must

CACHE = ["cache_heap.1.pb.gz", "cache_heap.2.pb.gz", "cache_heap.3.pb.gz"]
ALIKE = [CACHE, ["service_before_cpu.pb.gz", "workers_cpu.pb.gz", "service_after_cpu.pb.gz"],
         ["bench_mem.pb.gz", "bench_mem.2.pb.gz", "config_allocs.pb.gz"]]


def written(*args, **more):
    """The path of the profile that -proto writes."""
    path = tap.scratch("pb.gz")
    must("-proto", f"-output={path}", *args, **more)
    return path


def merging_is_associative():
    for names in ALIKE:
        for a, b, c in itertools.permutations(names):
            at_once = must("-raw", a, b, c)
            assert must("-raw", written(a, b), c) == at_once, (a, b, c)
            assert must("-raw", a, written(b, c)) == at_once, (a, b, c)


def order_of_samples_is_kept():
    first = must("-raw", CACHE[0]).decode().split("Locations")[0].splitlines()
    both = must("-raw", CACHE[0], CACHE[1]).decode().split("Locations")[0].splitlines()
    depth = lambda line: len(line.split(":", 1)[1].split()) if ":" in line else 0
    start = first.index("Samples:") + 2
    assert [depth(x) for x in first[start:]] == [depth(x) for x in both[start:len(first)]]


def a_profile_twice_is_twice_the_profile():
    one = must("-raw", "cache_heap.2.pb.gz").decode().split("Locations")[0].splitlines()
    two = must("-raw", *["cache_heap.2.pb.gz"] * 2).decode().split("Locations")[0].splitlines()
    values = lambda lines: [list(map(int, x.split(":")[0].split())) for x in lines
                            if x.strip() and x.split(":")[0].replace(" ", "").isdigit()]
    doubled = [[2 * v for v in row] for row in values(one) if any(row)]
    assert doubled == values(two)


def a_profile_less_itself_is_empty():
    for names in ALIKE:
        text = must("-raw", f"-base={names[0]}", names[0]).decode()
        samples = text.split("Samples:")[1].split("Locations")[0].splitlines()
        assert len(samples) == 2, samples  # the line's end and the sample types


def bases_are_added_up():
    with_list = must("-raw", f"-base={CACHE[0]},{CACHE[1]}", CACHE[2])
    assert with_list == must("-raw", f"-base={written(*CACHE[:2])}", CACHE[2])


def the_shell_compares_as_the_command_line_does():
    """The shell keeps both sides of a comparison, which no report may show."""
    for base, after in ((CACHE[0], CACHE[2]), ("service_before_cpu.pb.gz", "service_after_cpu.pb.gz"),
                        (CACHE[0], "config_heap.pb.gz"), ("bench_mem.pb.gz", "config_allocs.pb.gz")):
        for flag in (f"-base={base}", f"-diff_base={base}"):
            for report in ("raw", "traces", "tree"):
                shell = must(flag, after, data=f"{report}\n".encode())
                assert shell == must(f"-{report}", "-compact_labels", flag, after), (flag, report)
            path = tap.scratch("pb.gz")
            must(flag, after, data=f"proto > {path}\n".encode())
            assert open(path, "rb").read() == open(written(flag, after), "rb").read(), flag


def writing_loses_nothing():
    for path in sorted(TESTDATA.glob("*.pb.gz")) + sorted(TESTDATA.glob("edge/*")):
        assert must("-raw", written(path)) == must("-raw", path), path


def writing_is_deterministic():
    for path in sorted(TESTDATA.glob("*.pb.gz")):
        one, two = written(path), written(path.name, cwd=TESTDATA)
        assert open(one, "rb").read() == open(two, "rb").read(), path


def protoc_reads_what_is_written():
    protoc = shutil.which("protoc")
    if not protoc:
        raise tap.Skip("no protoc")
    for name in CACHE:
        message = gzip.open(written(name)).read()
        done = subprocess.run([protoc, "--decode=perftools.profiles.Profile", "-Iproto",
                               "proto/profile.proto"], cwd=ROOT, input=message, check=True,
                              stdout=subprocess.PIPE)
        assert done.stdout.count(b"\nsample {") > 3 and b"inuse_space" in done.stdout


def pprof_reads_what_is_written():
    go = shutil.which("go")
    if not go:
        raise tap.Skip("no go")
    for name in CACHE + ["workers_cpu.pb.gz"]:
        both = [subprocess.run([go, "tool", "pprof", "-raw", path], cwd=TESTDATA, check=True,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
                for path in (name, written(name))]
        assert both[0] == both[1] and len(both[0]) > 1000, name


def a_source_that_cannot_be_read_fails_the_run():
    done = tap.cprof("-top", CACHE[0], "nosuch.pb.gz")
    assert done.returncode == 1 and not done.stdout and b"nosuch.pb.gz" in done.stderr
    going = tap.cprof("-top", "-keep_going", CACHE[0], "nosuch.pb.gz", CACHE[1])
    assert going.returncode == 0 and b"nosuch.pb.gz" in going.stderr
    assert going.stdout.replace(b"1 input left out\n", b"") == must("-top", *CACHE[:2])
    assert tap.cprof("-top", "-keep_going", "nosuch1", "nosuch2").returncode == 1


def what_is_left_out_is_listed():
    """With the reason, a line each; and the sum says how much is missing, also when it is read again."""
    listed, merged = tap.scratch("skipped"), tap.scratch("merged.pb.gz")
    must("-proto", f"-output={merged}", "-keep_going", f"-skipped={listed}", "-files_from=-",
         data="\n".join([CACHE[0], "bad/truncated.pb.gz", "no\tsuch", CACHE[1]]).encode())
    lines = [line.split("\t") for line in pathlib.Path(listed).read_text().splitlines()]
    assert [line[0] for line in lines] == ["bad/truncated.pb.gz", "no\\x09such"], lines
    assert lines[0][1].endswith("truncated gzip stream")
    assert must("-comments", merged) == b"2 inputs left out\n"
    facts = json.loads(must("-top", "-format=json", "-keep_going", CACHE[0], "nosuch"))["profile"]
    assert facts["skipped"] == 1 and facts["comments"] == ["1 input left out"]
    must("-top", f"-skipped={listed}", "-keep_going", *CACHE[:2])
    assert pathlib.Path(listed).read_text() == ""


def several_profiles_in_one_stream():
    """As cat and tar make them: compressed each for itself, together, in odd pieces, or not at all."""
    read = lambda name: pathlib.Path(TESTDATA, name).read_bytes()
    packed = [read(name) for name in CACHE]
    bare = [gzip.decompress(one) for one in packed]
    whole = must("-proto", *CACHE)
    pieces = b"".join(gzip.compress(one[i:i + 1000]) for one in bare for i in range(0, len(one), 1000))
    for stream in (b"".join(packed), b"".join(bare), gzip.compress(b"".join(bare)), pieces):
        for threads in (1, 4):
            assert must("-proto", "-files_from=cat:-", f"-threads={threads}", data=stream) == whole
    for how in ("--format=ustar", "--format=pax", "--format=gnu", "-z"):
        archive = tap.scratch("archive.tar")
        subprocess.run(["tar", "-c", how, "-f", archive, *CACHE], cwd=TESTDATA, check=True)
        assert must("-proto", f"-files_from=tar:{archive}") == whole


def a_bad_profile_in_a_stream_is_named():
    archive = tap.scratch("archive.tar")
    subprocess.run(["tar", "-c", "-f", archive, CACHE[0], "bad/truncated.pb.gz", CACHE[1]], cwd=TESTDATA,
                   check=True)
    done = tap.cprof("-top", f"-files_from=tar:{archive}")
    assert done.returncode == 1 and b"archive.tar: bad/truncated.pb.gz': truncated gzip" in done.stderr
    going = must("-top", "-keep_going", f"-files_from=tar:{archive}")
    assert going.replace(b"1 input left out\n", b"") == must("-top", *CACHE[:2])
    cut = pathlib.Path(archive).read_bytes()[:3000]
    assert b"ends early" in tap.cprof("-top", "-files_from=tar:-", data=cut).stderr
    assert b"is not a tar archive" in tap.cprof("-top", "-files_from=tar:README.md").stderr
    assert tap.cprof("-top", f"-files_from=tar:{archive}", CACHE[0]).returncode == 1


def the_exit_status_tells_what_may_be_tried_again():
    """1: never; 4: when there is room for the output; 5: when the source is there again."""
    assert tap.cprof("-top", "nosuch").returncode == 1
    assert tap.cprof("-top", "bad/truncated.pb.gz").returncode == 1
    assert tap.cprof("-top", "-nosuch", CACHE[0]).returncode == 2
    assert tap.cprof("-top", "-output=/nosuch/file", CACHE[0]).returncode == 4
    assert tap.cprof("-top", "-no_save", "http://127.0.0.1:1/heap").returncode == 5


def a_merge_that_outgrows_its_bound_ends():
    many = "\n".join([*CACHE, "service_before_cpu.pb.gz"] * 20).encode()
    done = tap.cprof("-top", "-files_from=-", "-max_memory=1MiB", data=many)
    assert done.returncode == 1 and not done.stdout
    assert re.search(rb"takes more than 1 MiB of memory after \d+ of 80 profiles: merge batches",
                     done.stderr), done.stderr
    must("-top", "-files_from=-", "-max_memory=1GiB", data=many[:many.index(b"service") - 1])


def a_durable_file_is_whole():
    path = tap.scratch("durable")
    must("-top", "-durable", f"-output={path}", CACHE[0])
    assert pathlib.Path(path).read_bytes() == must("-top", CACHE[0])


def a_profile_that_is_left_alone_stays_as_it_is():
    path = tap.scratch("twice.pb")
    twice = [(["leaf", "main"], [1]), (["leaf", "main"], [2])]
    pathlib.Path(path).write_bytes(pb.profile_of_samples([("samples", "count")], twice))
    alone = must("-raw", path)
    assert alone == must("-raw", "/nosuch/program", path)
    assert b"left out" not in alone
    assert alone.count(b": 1 2") == 2, alone


tap.run([several_profiles_in_one_stream, a_profile_that_is_left_alone_stays_as_it_is, a_bad_profile_in_a_stream_is_named,
         what_is_left_out_is_listed, the_exit_status_tells_what_may_be_tried_again,
         a_merge_that_outgrows_its_bound_ends, a_durable_file_is_whole, merging_is_associative, order_of_samples_is_kept, a_profile_twice_is_twice_the_profile,
         a_profile_less_itself_is_empty, bases_are_added_up,
         the_shell_compares_as_the_command_line_does, writing_loses_nothing,
         writing_is_deterministic, protoc_reads_what_is_written, pprof_reads_what_is_written,
         a_source_that_cannot_be_read_fails_the_run])
