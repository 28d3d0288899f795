# SPDX-License-Identifier: Apache-2.0
"""What a command line is answered: mistakes are named, help is to the point, folders are profiles."""

import os
import pathlib
import shutil

import tap

HEAP, CPU = "config_heap.pb.gz", "workers_cpu.pb.gz"
CACHE = [f"cache_heap.{i}.pb.gz" for i in (1, 2, 3)]


def said(*args, status=2, **more):
    done = tap.cprof(*args, **more)
    assert done.returncode == status, (args, done)
    return done.stderr.decode()


def mistakes_are_named():
    for args, says in ((("top", HEAP), "there is no file 'top'; did you mean -top?"),
                       (("list", HEAP), "did you mean -list=REGEX?"),
                       (("help",), "did you mean -help?"),
                       (("-list", HEAP), f"the expression is missing: -list=REGEX '{HEAP}'"),
                       (("-peek", HEAP), "the expression is missing"),
                       (("-tpo", HEAP), "did you mean -top?"),
                       (("-top", "-min_cum=x", HEAP), "want a share of the total such as 1%"),
                       (("-top", "-rename_type=x", HEAP), "want FROM=TO"),
                       (("-top", "-newest=-1", HEAP), "want 0 or more"),
                       (("-help=nosuch",), "there is no flag '-nosuch'"),
                       (("-help=pek",), "did you mean -peek?")):
        assert says in said(*args), (args, said(*args))
    assert "did you mean" not in said("-help=foo"), "so little in common is no help"
    assert "the profile has alloc_objects, alloc_space" in said("-top", "-total_delay", HEAP, status=1)
    path = tap.scratch("top")
    shutil.copy(tap.TESTDATA / HEAP, path)
    os.rename(path, pathlib.Path(path).parent / "top")
    assert tap.must("-top", "top", cwd=pathlib.Path(path).parent) == tap.must("-top", HEAP)


def help_explains_one_thing():
    for name, has in (("peek", b"-peek=REGEX"), ("-peek", b"For example: cprof -peek=main cpu.pb.gz"),
                      ("focus", b"For example: cprof -top -focus=json"), ("lines", b"granularity=lines"),
                      ("granularity", b"lines: one entry per source line"), ("cum", b"sort=cum"),
                      ("inuse_space", b"sample_index=inuse_space"), ("unit", b"For example")):
        done = tap.cprof(f"-help={name}")
        assert done.returncode == 0 and has in done.stdout and done.stderr == b"", (name, done)
        assert done.stdout.count(b"\n") < 15, done
    assert tap.must("-help") == tap.must("-h=true") and tap.must("-help").count(b"\n") > 50


def every_flag_of_files_is_taken():
    """What is for services is said to be without effect, once, and the report is there."""
    plain = tap.must("-top", HEAP)
    for flag in ("-seconds=5", "-timeout=9", "-tls_ca=x"):
        done = tap.cprof("-top", flag, HEAP)
        name = flag.split("=")[0]
        assert done.stdout == plain, flag
        assert done.stderr.decode() == f"{name}: without effect, no URL is read\n", done
    for flag in ("-tools=/usr/bin", "-intel_syntax"):
        done = tap.cprof("-top", flag, HEAP)
        assert (done.stdout, done.returncode) == (plain, 0), done


def an_output_is_none_of_the_inputs():
    folder = pathlib.Path(tap.scratch("folder"))
    folder.mkdir()
    for name in CACHE[:2]:
        shutil.copy(tap.TESTDATA / name, folder)
    os.symlink(folder / CACHE[0], folder / "link")
    before = {p: p.read_bytes() for p in folder.iterdir()}
    for args in (("-output=" + CACHE[0], CACHE[0]), ("-output=link", CACHE[0]),
                 ("-output=./" + CACHE[1], CACHE[0], CACHE[1]),
                 ("-output=" + CACHE[1], "-base=" + CACHE[1], CACHE[0])):
        assert "is one of the files that are read" in said("-top", *args, cwd=folder), args
    done = tap.cprof(CACHE[0], data=f"top > {CACHE[0]}\n".encode(), cwd=folder)
    assert b"is one of the files that are read" in done.stderr, done
    assert before == {p: p.read_bytes() for p in folder.iterdir()}
    tap.must("-top", "-output=new.txt", CACHE[0], cwd=folder)


def a_folder_is_its_profiles():
    folder = pathlib.Path(tap.scratch("folder"))
    folder.mkdir()
    assert f"there is no profile in the folder '{folder}'" in said("-top", folder, status=1)
    for i, name in enumerate(CACHE):
        shutil.copy(tap.TESTDATA / name, folder)
        os.utime(folder / name, (1000 + (i == 0) * 100 + i, 1000 + (i == 0) * 100 + i))
    (folder / "README").write_text("notes")
    (folder / ".hidden.pb.gz").write_text("x")
    assert tap.must("-top", folder) == tap.must("-top", *CACHE)
    assert tap.must("-top", f"{folder}/") == tap.must("-top", *CACHE)
    assert tap.must("-top", "-newest=2", folder) == tap.must("-top", CACHE[0], CACHE[2])
    assert tap.must("-top", "-newest=9", folder) == tap.must("-top", *CACHE)
    assert tap.must("-top", f"-base={folder}", "-newest=1", CACHE[2]) == \
        tap.must("-top", f"-base={CACHE[0]}", CACHE[2])


def rows(*args):
    out = tap.must("-top", "-nodefraction=0", *args).decode().splitlines()
    start = next(i for i, line in enumerate(out) if "flat%" in line)
    return [(float(line.split()[1].rstrip("%")), float(line.split()[4].rstrip("%")))
            for line in out[start + 1:]]


def rows_are_chosen_by_their_weight():
    every = rows(HEAP)
    assert rows("-min_cum=20%", HEAP) == [r for r in every if r[1] >= 20]
    assert rows("-max_cum=20%", HEAP) == [r for r in every if r[1] <= 20]
    assert rows("-min_flat=20%", "-max_flat=80%", HEAP) == [r for r in every if 20 <= r[0] <= 80]
    assert rows("-min_flat=2MB", HEAP) == [r for r in every if r[0] >= 25]
    assert rows("-min_flat=2097152", HEAP) == rows("-min_flat=2MB", HEAP)
    assert b"min_cum=20%" in tap.must("-top", "-min_cum=20%", HEAP)
    assert rows("-min_cum=99%", "-trim=false", HEAP) == rows("-trim=false", HEAP)
    assert "does not fit" in said("-top", "-min_flat=2s", HEAP, status=1)
    assert tap.must("-tree", "-min_cum=50%", HEAP).count(b"\n") < tap.must("-tree", HEAP).count(b"\n")


def types_are_renamed_before_they_are_added_up():
    one, two = CACHE[0], CACHE[1]
    renamed = tap.scratch("pb.gz")
    tap.must("-proto", "-rename_type=inuse_space=space", f"-output={renamed}", one)
    assert b"space" in tap.must("-top", "-sample_index=space", renamed)
    merged = tap.must("-top", "-rename_type=space=inuse_space", renamed, two)
    assert merged == tap.must("-top", one, two), merged
    both = tap.must("-top", "-rename_type=inuse_space=a", "-rename_type=alloc_space=b",
                    "-sample_index=b", one)
    assert b"Type: b\n" in both, both


def a_full_header_tells_how_samples_were_taken():
    assert b"Period: 512kB of space\n" in tap.must("-top", "-header=full", HEAP)
    cpu = tap.must("-top", "-header=full", CPU)
    assert b"Period: 10ms of cpu\nRate: 100 samples a second\n" in cpu, cpu
    assert b"Period" not in tap.must("-top", HEAP)


def numbers_and_expressions_as_the_reference_takes_them():
    assert tap.must("-top", "-nodecount=1_0", HEAP) == tap.must("-top", "-nodecount=10", HEAP)
    for bad in ("_10", "10_", "1__0", "1_x"):
        assert "want a whole number" in said("-top", f"-nodecount={bad}", HEAP)
    for bad in ("(a{100}){100}", "((a{2}){3}){400}", "(a{100}b){11}", "(?i:(a{30}|b{2})){40}"):
        assert "invalid repeat count" in said("-top", f"-focus={bad}", HEAP), bad
    for good in ("(a{2}){500}", "(a{0,100}){10,}", "a{1000}", "(a{100})|(b{100}){10}"):
        assert tap.cprof("-top", f"-focus={good}", HEAP).returncode == 0, good


tap.run([mistakes_are_named, help_explains_one_thing, every_flag_of_files_is_taken,
         an_output_is_none_of_the_inputs, a_folder_is_its_profiles, rows_are_chosen_by_their_weight,
         types_are_renamed_before_they_are_added_up, a_full_header_tells_how_samples_were_taken,
         numbers_and_expressions_as_the_reference_takes_them])
