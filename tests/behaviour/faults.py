# SPDX-License-Identifier: Apache-2.0
"""What goes wrong: bad input, bad flags, outputs that fail."""

import os
import pathlib
import resource
import subprocess
import time
import zlib

import tap
from pb import field, profile_of_functions, varint
from tap import TESTDATA, cprof, must

GOOD = "cache_heap.1.pb.gz"


def refused(*args, says=(), status=1, **more):
    """The run fails with one line on standard error that says all this, and prints nothing."""
    done = cprof(*args, **more)
    text = done.stderr.decode()
    assert done.returncode == status, (args, done)
    assert done.stdout == b"", (args, done)
    assert text.count("\n") == 1 and text.endswith("\n"), (args, text)
    for part in says:
        assert part in text, (args, text, part)
    return text


def bad_profiles_are_refused_by_name():
    files = sorted((TESTDATA / "bad").iterdir())
    assert len(files) > 20
    for path in files:
        refused("-top", path, says=[str(path)])
        refused("-raw", path.name, cwd=TESTDATA / "bad", says=[path.name])


def bad_standard_input_is_refused():
    refused("-top", "-", data=b"not a profile", says=["standard input"])
    refused("-top", "-", data=b"", says=["standard input", "empty"])


def standard_input_is_read():
    data = (TESTDATA / GOOD).read_bytes()
    assert must("-top", "-", data=data) == must("-top", GOOD)


def the_first_file_may_be_the_program():
    text = must("-top", tap.CPROF, GOOD).decode()
    assert text.startswith("File: cprof\n")
    assert text.split("\n", 1)[1] == must("-top", GOOD).decode().split("\n", 1)[1]
    refused("-top", tap.CPROF, says=["cprof'"])


def files_that_are_not_there():
    refused("-top", "nosuch", says=["'nosuch'", "No such file"])
    folder = pathlib.Path(tap.scratch("locked"))
    folder.write_bytes(b"x")
    folder.chmod(0)
    if os.getuid():
        refused("-top", folder, says=["Permission denied"])


def flags_that_are_wrong():
    wrong = {
        ("-tpo", GOOD): ["-tpo", "did you mean -top?"],
        ("-top", "-nodecout=3", GOOD): ["did you mean -nodecount?"],
        ("-top", "-nodecount=x", GOOD): ["'x'", "nodecount", "a whole number"],
        ("-top", "-nodefraction=nan", GOOD): ["'nan'", "nodefraction", "a number"],
        ("-top", "-trim=maybe", GOOD): ["'maybe'", "trim", "true or false"],
        ("-top", "-granularity=words", GOOD): ["'words'", "functions", "lines"],
        ("-top", "-focus=a(b", GOOD): ["focus", "a(b", "offset 3"],
        ("-top", "-ignore=a**", GOOD): ["ignore", "a**", "offset 2"],
        ("-top", "-tree", GOOD): ["-top", "-tree"],
        ("-top", "-cum", "-flat", GOOD): ["-cum", "-flat"],
        ("-top", "-lines", "-files", GOOD): ["-lines", "-files"],
        ("-top", "-focus"): ["-focus", "needs a value"],
        ("-top", "-normalize", GOOD): ["-base"],
        ("-top", f"-base={GOOD}", f"-diff_base={GOOD}", GOOD): ["together"],
        ("-top",): ["no profile named"],
        (): ["no profile named"],
    }
    for args, says in wrong.items():
        refused(*args, says=says, status=2)


def options_that_do_not_fit_the_profile():
    refused("-top", "-sample_index=nosuch", GOOD,
            says=["nosuch", "alloc_objects, alloc_space, inuse_objects, inuse_space"])
    refused("-top", "-sample_index=9", GOOD, says=["'9'", "0 to 3"])
    refused("-top", "-divide_by=0", GOOD, status=2, says=["divide"])
    refused("-top", GOOD, "workers_cpu.pb.gz", says=["workers_cpu.pb.gz", "in common"])
    refused("-list=nosuchfunction", GOOD, says=["no matches", "nosuchfunction"])
    refused("-peek=nosuchfunction", GOOD, says=["no matches", "nosuchfunction"])
    refused("-list=a(b", GOOD, says=["a(b", "offset 3"])


def patterns_that_run_away_end():
    start = time.monotonic()
    done = cprof("-top", "-focus=(a+)+$", "-", data=profile_of_functions([("a" * 5000 + "!", "x.go", 1)]))
    assert done.returncode == 1 and b"takes too long" in done.stderr, done
    assert time.monotonic() - start < 20


def gzip_of(start, zeros):
    """A gzip stream of some bytes and as many MiB of zeros, its checksum left out."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = packer.compress(start) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08" + bytes(7) + head + block * zeros



def archives_that_explode_are_refused():
    sanitized = any(k.startswith("ASAN") for k in os.environ)
    path = tap.scratch("gz")
    pathlib.Path(path).write_bytes(gzip_of(b"", 1024))
    start = time.monotonic()
    refused("-top", path, says=[path])
    assert time.monotonic() - start < 20
    # A field that is skipped, so that only the bound on the size ends it.
    skipped = varint(99 << 3 | 2) + varint(1 << 30)
    pathlib.Path(path).write_bytes(gzip_of(skipped, 1024))
    refused("-top", path, says=["inflates more than"])
    if not sanitized:
        code = f"import subprocess,resource;subprocess.run([{tap.CPROF!r},'-top',{path!r}]);" \
               "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        out = subprocess.run(["python3", "-c", code], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, check=True).stdout
        assert int(out) < 64 << 10, out


def tables_without_end_take_no_time():
    few = b"".join(field(6, text) for text in (b"", b"t", b"u"))
    numbers = b"".join(field(6, b"%d" % i) for i in range(100000))
    types = b"".join(field(1, field(1, i + 3)) for i in range(100000)) + few + numbers
    comments = (field(1, field(1, 1)) + few + numbers +
                b"".join(field(13, i + 3) for i in range(100000)))
    labels = (field(1, field(1, 1)) + field(2, field(2, 1) + field(3, field(1, 1) + field(2, 2)) *
                                            100000) + few)
    path = pathlib.Path(tap.scratch("pb"))
    start = time.monotonic()
    for data in types, comments:
        path.write_bytes(data)
        must("-top", path, path)
        must("-raw", path)
    path.write_bytes(labels)
    refused("-raw", path, says=["labels"])
    assert time.monotonic() - start < 30


def a_report_goes_to_the_file_whole():
    path = pathlib.Path(tap.scratch("txt"))
    assert must("-top", f"-output={path}", GOOD) == b""
    assert path.read_bytes() == must("-top", GOOD)


def an_error_leaves_the_old_file():
    path = pathlib.Path(tap.scratch("txt"))
    path.write_text("old")
    refused("-peek=nosuchfunction", f"-output={path}", GOOD)
    assert path.read_text() == "old"
    assert [p for p in path.parent.iterdir() if p.name.startswith(path.name + ".")] == []


def a_link_goes_on_pointing():
    path, link = pathlib.Path(tap.scratch("txt")), pathlib.Path(tap.scratch("link"))
    path.write_text("old")
    link.symlink_to(path)
    must("-top", f"-output={link}", GOOD)
    assert link.is_symlink() and path.read_text().startswith("File: cache")


def outputs_that_fail():
    refused("-top", "-output=/dev/full", GOOD, status=4, says=["/dev/full", "No space"])
    refused("-top", "-output=/nonexistent/file", GOOD, status=4, says=["/nonexistent/file"])
    refused("-top", f"-output={TESTDATA}", GOOD, status=4, says=["is a directory"])
    with open("/dev/full", "wb") as full:
        done = subprocess.run([tap.CPROF, "-top", GOOD], cwd=TESTDATA, stdout=full,
                              stderr=subprocess.PIPE, env=tap.environment())
    assert done.returncode == 4 and b"No space" in done.stderr, done


def a_closed_pipe_is_no_error():
    command = f'"{tap.CPROF}" -traces "{TESTDATA}/workers_cpu.pb.gz" | head -1; echo ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=tap.environment())
    assert done.stdout == b"File: workers\n0\n" and done.stderr == b"", done


def without_graphviz_there_is_a_hint():
    env = tap.environment(PATH="/nonexistent")
    refused("-svg", GOOD, says=["'dot' is not installed", "graphviz"], env=env)


def a_viewer_gets_a_private_file():
    if not os.access("/usr/bin/dot", os.X_OK):
        raise tap.Skip("no dot")
    seen, browser = tap.scratch("seen"), pathlib.Path(tap.scratch("browser"))
    browser.write_text(f'#!/bin/sh\nstat -c "%a %n" "$1" > {seen}\nhead -c 5 "$1" >> {seen}\n')
    browser.chmod(0o755)
    must("-web", GOOD, env=tap.environment(BROWSER=str(browser)))
    mode, path = pathlib.Path(seen).read_text().splitlines()[0].split()
    assert mode == "600" and path.endswith(".svg") and not os.path.exists(path)
    assert pathlib.Path(seen).read_text().splitlines()[1] == "<?xml"


tap.run([bad_profiles_are_refused_by_name, bad_standard_input_is_refused, standard_input_is_read,
         the_first_file_may_be_the_program, files_that_are_not_there, flags_that_are_wrong,
         options_that_do_not_fit_the_profile, patterns_that_run_away_end, archives_that_explode_are_refused,
         tables_without_end_take_no_time, a_report_goes_to_the_file_whole, an_error_leaves_the_old_file, a_link_goes_on_pointing,
         outputs_that_fail, a_closed_pipe_is_no_error, without_graphviz_there_is_a_hint,
         a_viewer_gets_a_private_file])
