# SPDX-License-Identifier: Apache-2.0
"""Names from programs of other kinds than those that the golden cases read."""

import gzip
import os
import re
import shutil
import subprocess

import pb
import tap
from tap import TESTDATA, must

LOT = TESTDATA / "binaries/lot.pb.gz"


def as_llvm():
    """An environment in which llvm-symbolizer is there, which cprof never calls."""
    folder = tap.scratch("tools")
    os.mkdir(folder)
    with open(f"{folder}/llvm-symbolizer", "w") as script:
        script.write("#!/bin/false\n")
    os.chmod(f"{folder}/llvm-symbolizer", 0o755)
    return tap.environment(PATH=folder)


def without_tools():
    return tap.environment(PATH="/nonexistent")


def copied(*names):
    """The first of some files of testdata/binaries, which are copied to a new folder."""
    folder = tap.scratch("binaries")
    os.mkdir(folder)
    for name in names:
        shutil.copy(TESTDATA / "binaries" / name, folder)
    return f"{folder}/{names[0]}"


def split_dwarf_is_read_where_llvm_symbolizer_would_be_asked():
    split = copied("lot.split.so", "lot.split.so-lot.dwo")
    whole = must("-raw", "binaries/lot.so", LOT, env=as_llvm())
    apart = must("-raw", split, LOT, env=as_llvm())
    lines = [re.sub(rb" \S+:\d+:\d+ s=\d+", b"", x) for x in (whole, apart)]
    assert re.search(rb"M=1 mix \S+/lot.cc:\d", apart)
    locations = [x[x.index(b"Locations"):x.index(b"Mappings")] for x in lines]
    assert locations[0] == locations[1], locations


def split_dwarf_is_none_to_addr2line():
    split = copied("lot.split.so", "lot.split.so-lot.dwo")
    text = must("-top", "-lines", split, LOT, env=without_tools())
    assert b"lot::count" in text and b"mix" not in text


def a_file_of_split_dwarf_may_be_missing_or_a_pipe():
    for make in (lambda path: None, os.mkfifo):
        split = copied("lot.split.so")
        make(split + "-lot.dwo")
        text = must("-top", split, LOT, env=as_llvm())
        assert b"lot::count" in text and b"mix" not in text


def discriminators_are_not_shown():
    text = must("-traces", "-lines", "binaries/lot.so", LOT)
    assert b"lot.cc:" in text and b"discriminator" not in text


def a_local_symbol_names_its_file_as_llvm_symbolizer_has_it():
    if not shutil.which("gcc"):
        raise tap.Skip("no gcc")
    library = tap.scratch("local.so")
    subprocess.run(["gcc", "-shared", "-fPIC", "-nostdlib", "-O1", "-x", "c", "-o", library, "-"],
                   input=b"static __attribute__((noinline)) int local(int x) { return x * 7; }"
                         b"int global(int x) { return local(x) + 1; }", check=True)
    text = subprocess.run(["nm", library], capture_output=True, text=True, check=True).stdout
    starts = [int(re.search(rf"^(\w+) . {n}$", text, re.M)[1], 16) for n in ("local", "global")]
    path = tap.scratch("local.pb.gz")
    write_addresses(path, "local.so", [0x400000 + x - 0x1000 for x in starts], 0x1000)
    text = must("-raw", library, path, env=as_llvm())
    assert b"local <stdin>:0:0" in text, text
    assert b"global :0:0" in text


def modules_are_relocated():
    if not shutil.which("gcc"):
        raise tap.Skip("no gcc")
    folder = tap.scratch("module")
    os.mkdir(folder)
    with open(f"{folder}/driver.c", "w") as source:
        source.write("int unused(int x) { return x; }\nint probe(int x)\n{\n    return x * 7;\n}\n")
    subprocess.run(["gcc", "-c", "-g", "-O1", "driver.c"], cwd=folder, check=True)
    module = f"{folder}/driver.o"
    text = subprocess.run(["nm", module], capture_output=True, text=True, check=True).stdout
    start = int(re.search(r"^(\w+) T probe$", text, re.M)[1], 16)
    path = tap.scratch("module.pb.gz")
    write_addresses(path, "driver.o", [0x400000 + start])
    text = must("-raw", module, path, env=without_tools()).decode()
    assert f"probe {folder}/driver.c:3:0" in text or f"probe {folder}/driver.c:4:0" in text, text


GO = """package main
import "os"
type box struct{ n int }
//go:noinline
func (b *box) grow(by int) int { return b.n + shrink(by)*len(os.Args) }
func shrink(by int) int { return by / 2 }
func main() { b := &box{1}; println(b.grow(len(os.Args))) }
"""


def addresses_of(binary, name):
    text = subprocess.run(["nm", "-S", binary], capture_output=True, text=True, check=True).stdout
    address, size = re.search(rf"^(\w+) (\w+) T {re.escape(name)}$", text, re.M).groups()
    return int(address, 16), int(size, 16)


def go_names_survive_stripping():
    if not shutil.which("go"):
        raise tap.Skip("no go")
    folder = tap.scratch("go")
    os.mkdir(folder)
    with open(f"{folder}/main.go", "w") as source:
        source.write(GO)
    env = tap.environment(HOME=folder, GOFLAGS="-trimpath", GOTOOLCHAIN="local", CGO_ENABLED="0")
    for flags, strips in (("", True), ("-s -w", False)):
        for name in ["whole", "bare"]:
            subprocess.run(["go", "build", "-o", name, "-ldflags", flags if name == "bare" else "",
                            "main.go"], cwd=folder, env=env, check=True)
        if strips:
            subprocess.run(["strip", f"{folder}/bare"], check=True)
        start, size = addresses_of(f"{folder}/whole", "main.(*box).grow")
        path = tap.scratch("go.pb.gz")
        write_addresses(path, "bare", range(start, start + size))
        text = must("-top", "-lines", f"{folder}/bare", path, env=without_tools()).decode()
        assert "main.(*box).grow" in text and "main.go:5" in text, text
        assert "File: bare" in text and "[bare]" not in text, text


def write_addresses(path, name, addresses, offset=0):
    """A profile without names, of a program that is mapped from 0x400000 on, a sample an address."""
    strings = ["", "samples", "count", f"/srv/{name}"]
    out = pb.field(1, pb.field(1, 1) + pb.field(2, 2))
    out += pb.field(3, pb.field(1, 1) + pb.field(2, 0x400000) + pb.field(3, 0x800000) +
                    pb.field(4, offset) + pb.field(5, 3))
    for i, address in enumerate(addresses, 1):
        out += pb.field(4, pb.field(1, i) + pb.field(2, 1) + pb.field(3, address))
        out += pb.field(2, pb.field(1, i) + pb.field(2, 1))
    out += b"".join(pb.field(6, text.encode()) for text in strings)
    with gzip.open(path, "wb") as file:
        file.write(out)


tap.run([
    split_dwarf_is_read_where_llvm_symbolizer_would_be_asked,
    split_dwarf_is_none_to_addr2line,
    a_file_of_split_dwarf_may_be_missing_or_a_pipe,
    discriminators_are_not_shown,
    a_local_symbol_names_its_file_as_llvm_symbolizer_has_it,
    modules_are_relocated,
    go_names_survive_stripping,
])
