# SPDX-License-Identifier: Apache-2.0
"""Where list finds the source files that a profile names, and what it does with strange ones."""

import os
import pathlib

import tap
from pb import profile_of_functions
from tap import cprof, must

ROOT = pathlib.Path(tap.scratch("sources"))
WORK = ROOT / "home/user/shop/cmd"


def write(path, text):
    path = ROOT / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


WORK.mkdir(parents=True)
write("goroot/src/runtime/proc.go", "package runtime // of GOROOT\n")
write("modcache/example.com/mod@v1.2.3/file.go", "package mod // of the module cache\n")
write("modcache/github.com/!burnt!sushi/toml@v1.0.0/lex.go", "package toml // upper case\n")
write("gopath/src/example.com/old/old.go", "package old // of GOPATH\n")
write("home/user/shop/vendor/example.com/dep/dep.go", "package dep // of a vendor folder\n")
write("home/user/shop/go.mod", "module example.com/shop\n\ngo 1.19\n")
write("home/user/shop/internal/cart/cart.go", "package cart // of this module\n")
write("elsewhere/lib/util.go", "package util // of source_path\n")
ENV = tap.environment(GOROOT=str(ROOT / "goroot"), GOMODCACHE=str(ROOT / "modcache"),
                      GOPATH=str(ROOT / "gopath"), HOME=str(ROOT / "home/user"))


def listing(path, *args, line=1):
    data = profile_of_functions([("f", path, line)])
    return must("-list=f", *args, "-", data=data, cwd=WORK, env=ENV).decode()


def finds(path, words, *args):
    text = listing(path, *args)
    assert words in text and "Error" not in text, (path, text)


def the_standard_library_is_found():
    finds("runtime/proc.go", "of GOROOT")
    finds("/usr/local/some/go/src/runtime/proc.go", "of GOROOT")


def modules_are_found_in_the_cache():
    finds("example.com/mod@v1.2.3/file.go", "of the module cache")
    finds("/root/go/pkg/mod/example.com/mod@v1.2.3/file.go", "of the module cache")
    finds("github.com/BurntSushi/toml@v1.0.0/lex.go", "upper case")


def vendored_modules_are_found():
    finds("example.com/dep@v0.1.0/dep.go", "of a vendor folder")
    finds("example.com/dep/dep.go", "of a vendor folder")


def the_current_module_is_found():
    finds("example.com/shop/internal/cart/cart.go", "of this module")


def gopath_is_searched():
    finds("example.com/old/old.go", "of GOPATH")


def source_path_and_trim_path_act():
    finds("lib/util.go", "of source_path", f"-source_path={ROOT}/elsewhere")
    finds("/build/machine/lib/util.go", "of source_path", f"-source_path={ROOT}/elsewhere",
          "-trim_path=/build/machine")
    finds("/far/elsewhere/lib/util.go", "of source_path", f"-source_path=/x:{ROOT}/elsewhere")


def what_is_not_found_is_said_once():
    data = profile_of_functions([("f", "no/such.go", 1), ("f2", "no/other.go", 1)])
    done = cprof("-list=f", "-", data=data, cwd=WORK, env=ENV)
    assert done.returncode == 0 and done.stdout.count(b"could not find file") == 2
    assert done.stderr.count(b"\n") == 1
    for place in (WORK, ROOT / "goroot", ROOT / "modcache", ROOT / "gopath"):
        assert str(place).encode() in done.stderr, (place, done.stderr)


def strange_files_are_refused():
    big, binary, pipe = (WORK / n for n in ("big.go", "binary.go", "pipe.go"))
    with open(big, "wb") as file:
        file.truncate(17 << 20)
    binary.write_bytes(b"package x\n\0\1\2\n")
    os.mkfifo(pipe)
    assert "larger than 16 MiB" in listing("big.go")
    assert "is not a text file" in listing("binary.go")
    assert "is not a regular file" in listing("pipe.go")
    assert "is not a regular file" in listing("/dev/zero")


def line_ends_of_other_systems_are_no_text():
    write("home/user/shop/cmd/dos.go", "one\r\ntwo\r\n")
    assert "1:one\n" in listing("dos.go")


tap.run([the_standard_library_is_found, modules_are_found_in_the_cache, vendored_modules_are_found,
         the_current_module_is_found, gopath_is_searched, source_path_and_trim_path_act,
         what_is_not_found_is_said_once, strange_files_are_refused,
         line_ends_of_other_systems_are_no_text])
