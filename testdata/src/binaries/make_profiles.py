#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a profile for each library of testdata/binaries: addresses of its functions, no names.

    usage: make_profiles.py DIRECTORY
"""

import gzip
import os
import re
import subprocess
import sys

START = 0x7F5500000000


def varint(n):
    out = bytearray()
    while n >= 128:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def num(field, value):
    return varint(field << 3) + varint(value)


def data(field, content):
    return varint(field << 3 | 2) + varint(len(content)) + content


def functions(path):
    """(address, size) of each function, as nm has them."""
    text = subprocess.run(["nm", "-S", "-n", path], capture_output=True, text=True).stdout
    found = re.findall(r"^([0-9a-f]+) ([0-9a-f]+) [tTW] (?!.*localalias)", text, re.M)
    return [(int(a, 16), int(s, 16)) for a, s in found]


def code_segment(path):
    """Where the pages of the segment to run would be mapped: start, limit, offset in the file."""
    text = subprocess.run(["readelf", "-lW", path], capture_output=True, text=True).stdout
    row = re.search(r"LOAD +(\S+) (\S+) \S+ (\S+) \S+ R E", text)
    offset, address, size = (int(x, 16) for x in row.groups())
    page = 4096
    return address - address % page, -(-(address + size) // page) * page, offset - offset % page


def profile(name, found, segment):
    strings = ["", "samples", "count", "cpu", "nanoseconds", name]
    out = data(1, num(1, 1) + num(2, 2)) + data(1, num(1, 3) + num(2, 4))
    start, limit, offset = segment
    mapping = num(1, 1) + num(2, START + start) + num(3, START + limit) + num(4, offset) + num(5, 5)
    out += data(3, mapping)
    ids = []
    for address, size in found:
        for offset in range(0, size, 5):
            ids.append(len(ids) + 1)
            out += data(4, num(1, ids[-1]) + num(2, 1) + num(3, START + address + offset))
    for i in ids:
        stack = varint(i) + (varint(ids[-1]) if i != ids[-1] else b"")
        values = varint(i % 3 + 1) + varint((i % 3 + 1) * 10**7)
        out += data(2, data(1, stack) + data(2, values))
    out += b"".join(data(6, s.encode()) for s in strings)
    return out + data(11, num(1, 3) + num(2, 4)) + num(12, 10**7)


def main():
    folder = sys.argv[1]
    for name in ("lot", "crate"):
        path = os.path.join(folder, name + ".so")
        made = profile("binaries/" + name + ".so", functions(path), code_segment(path))
        with open(os.path.join(folder, name + ".pb.gz"), "wb") as file:
            file.write(gzip.compress(made, mtime=0))


main()
