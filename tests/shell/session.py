# SPDX-License-Identifier: Apache-2.0
"""What the tests of the shell share: sessions through a pipe, and profiles made to measure."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "behaviour"))

import tap  # after the path, which has to be there first
from pb import field, varint

PROFILE = "config_heap.pb.gz"


def session(lines, *args, profile=PROFILE, **more):
    """Runs lines, or the bytes themselves, through a shell that has no terminal."""
    data = lines if isinstance(lines, bytes) else "".join(f"{x}\n" for x in lines).encode()
    return tap.cprof(*args, profile, data=data, **more)


def flags(*args, profile=PROFILE):
    """The same report without a shell: the header's lines are left out there by default."""
    return tap.must("-compact_labels", *args, profile)


def profile(names, stacks, labels=()):
    """A profile of functions and samples: stacks of numbers of functions from 1, the leaf first.

    Each sample weighs as much as its number from 1. labels are (key, value) of all samples.
    """
    strings = [b"", b"samples", b"count"]

    def add(text):
        text = text.encode() if isinstance(text, str) else text
        strings.append(text)
        return len(strings) - 1

    tags = b"".join(field(3, field(1, add(k)) + field(2, add(v))) for k, v in labels)
    out = [field(1, field(1, 1) + field(2, 2))]
    out += [field(2, field(1, b"".join(map(varint, stack))) + field(2, varint(i)) + tags)
            for i, stack in enumerate(stacks, 1)]
    for i, name in enumerate(names, 1):
        out.append(field(4, field(1, i) + field(3, 4096 * i) + field(4, field(1, i))))
        out.append(field(5, field(1, i) + field(2, add(name))))
    return b"".join(out + [field(6, s) for s in strings])


def write_profile(*args, **more):
    path = tap.scratch("pb")
    pathlib.Path(path).write_bytes(profile(*args, **more))
    return path


def tests(names):
    """The functions of a file that are tests: their names are sentences."""
    return [f for n, f in names.items() if callable(f) and n.count("_") > 1 and n[0] != "_"]
