#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times the naming of addresses beside one call of addr2line, on a C++ library that it makes.

    usage: symbols.py CPROF [MEGABYTES [FOLDER]]

The library has so many megabytes of DWARF (50 where none are given): classes and inlined calls that
templates make. It stays in the folder, and is not made again where it is there. Prints both times,
their ratio and the memory of both. Needs g++, binutils.
"""

import gzip
import os
import re
import subprocess
import sys
import tempfile
import time

START = 0x7F5500000000
UNITS = 10
HEADER = """
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>
template <int N> struct Key { long a[N % 7 + 1]; bool operator<(const Key &o) const { return a[0] < o.a[0]; } };
template <int N> struct Part {
    std::map<Key<N>, std::vector<std::string>> shelf;
    std::unique_ptr<Part<(N > 3 ? N - 3 : 0)>> next;
    long weigh(long x) const {
        long sum = x;
        for (auto &entry : shelf)
            for (auto &text : entry.second)
                sum += text.size() * N + std::count(text.begin(), text.end(), 'a');
        return next ? sum + next->weigh(x + 1) : sum;
    }
    void sort() {
        for (auto &entry : shelf)
            std::sort(entry.second.begin(), entry.second.end(),
                      [](const std::string &a, const std::string &b) { return a.size() < b.size(); });
    }
};
template <> struct Part<0> { long weigh(long x) const { return x; } void sort() {} };
"""


def run(*args, **more):
    return subprocess.run(args, check=True, capture_output=True, text=True, **more).stdout


def dwarf_size(path):
    sections = run("readelf", "-SW", path)
    return sum(int(size, 16) for size in
               re.findall(r"\.debug_\S+ +PROGBITS +\S+ +\S+ +(\S+)", sections))


def make_unit(folder, number):
    source = os.path.join(folder, f"unit{number}.cc")
    first = number * 12 + 1
    with open(source, "w") as file:
        file.write(HEADER)
        for n in range(first, first + 12):
            file.write(f"long use{n}(Part<{n}> &p) {{ p.sort(); return p.weigh({n}); }}\n")
    run("g++", "-g", "-O1", "-fPIC", "-ftemplate-depth=4000", "-c", source,
        "-o", source[:-2] + "o")
    return source[:-2] + "o"


def make_copy(folder, objects, number):
    copy = os.path.join(folder, f"copy{number}.o")
    run("objcopy", f"--prefix-symbols=copy{number}_", objects[number % UNITS], copy)
    return copy


def make_library(folder, megabytes):
    """Compiles some units, and has as many copies of them, under other names, as it takes."""
    path = os.path.join(folder, f"big{megabytes}.so")
    if os.path.exists(path):
        return path
    objects = [make_unit(folder, n) for n in range(UNITS)]
    run("g++", "-shared", "-o", path, *objects)
    while dwarf_size(path) < megabytes * 1e6:
        lacking = megabytes * 1e6 / dwarf_size(path) - 1
        objects += [make_copy(folder, objects, len(objects) + n)
                    for n in range(int(lacking * len(objects)) + 1)]
        run("g++", "-shared", "-o", path, *objects)
    return path


def pick(path, n):
    found = re.findall(r"^([0-9a-f]+) ([0-9a-f]+) [tTW] ", run("nm", "-S", "-n", path), re.M)
    step = max(1, len(found) // n)
    return [int(a, 16) + int(s, 16) // 2 for a, s in found[::step]][:n]


def varint(n):
    out = bytearray()
    while n >= 128:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes(out) + bytes([n])


def num(field, value):
    return varint(field << 3) + varint(value)


def data(field, content):
    return varint(field << 3 | 2) + varint(len(content)) + content


def write_profile(path, library, addresses):
    text = run("readelf", "-lW", library)
    row = re.search(r"LOAD +(\S+) (\S+) \S+ (\S+) \S+ R E", text)
    offset, address, size = (int(x, 16) for x in row.groups())
    low = address - address % 4096
    out = data(1, num(1, 1) + num(2, 2))
    out += data(3, num(1, 1) + num(2, START + low) + num(3, START + address + size + 4096) +
                num(4, offset - offset % 4096) + num(5, 3))
    for i, a in enumerate(addresses, 1):
        out += data(4, num(1, i) + num(2, 1) + num(3, START + a))
        out += data(2, data(1, varint(i)) + data(2, varint(1)))
    out += b"".join(data(6, s.encode()) for s in ["", "samples", "count", library])
    with open(path, "wb") as file:
        file.write(gzip.compress(out))


def best(times, args, text=None):
    """The least seconds that a command takes, and the most memory in MB."""
    seconds, memory = [], 0
    for _ in range(times):
        begin = time.monotonic()
        with subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, text=True) as child:
            child.stdin.write(text or "")
            child.stdin.close()
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        assert child.returncode == 0, args
        seconds.append(time.monotonic() - begin)
        memory = max(memory, usage.ru_maxrss / 1024)
    return min(seconds), memory


def main():
    cprof = os.path.abspath(sys.argv[1])
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    folder = sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    library = make_library(folder, megabytes)
    addresses = pick(library, 2000)
    profile = os.path.join(folder, "big.pb.gz")
    write_profile(profile, library, addresses)
    text = "".join(f"{a:x}\n" for a in addresses)
    theirs, their_memory = best(3, ["addr2line", "-aif", "-e", library], text)
    ours, memory = best(3, [cprof, "-top", "-lines", profile])
    print(f"{dwarf_size(library) / 1e6:.0f} MB of DWARF, {len(addresses)} addresses: "
          f"cprof {ours:.2f} s, addr2line {theirs:.2f} s, ratio {ours / theirs:.2f}; "
          f"memory {memory:.0f} and {their_memory:.0f} MB")


main()
