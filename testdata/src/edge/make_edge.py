#!/usr/bin/env python3
"""Makes the profiles in testdata/edge and testdata/bad.

    usage: make_edge.py TESTDATA_DIRECTORY

The files in edge are valid profiles that use some corner of the format; the
files in bad have one fault each, for which a strict reader refuses them. All
are small and written byte by byte here, without a protobuf library. The same
input always gives the same bytes.

The format is the message Profile of pprof's profile.proto; the field numbers
in this file are those of that message and of the messages in it.
"""

import os
import struct
import sys
import zlib

TIME = 1700000000 * 10**9  # for time_nanos, in every profile made here


# --- protobuf -------------------------------------------------------------

def varint(n):
    """Encodes an integer; a negative one as its 64-bit two's complement."""
    n &= 2**64 - 1
    out = bytearray()
    while n >= 128:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def tag(field, wire_type):
    return varint(field << 3 | wire_type)


def num(field, value):
    """A varint field; as in proto3, 0 is left out."""
    return tag(field, 0) + varint(value) if value else b""


def data(field, content):
    """A length-delimited field: a string or a message."""
    if isinstance(content, str):
        content = content.encode()
    return tag(field, 2) + varint(len(content)) + content


def unpacked(field, values):
    """A repeated number, one field for each; here 0 is written too."""
    return b"".join(tag(field, 0) + varint(v) for v in values)


def packed(field, values):
    return data(field, b"".join(varint(v) for v in values))


# One unknown field of each wire type: varint, 64-bit, bytes, 32-bit.
UNKNOWN = (tag(99, 0) + varint(12345)
           + tag(100, 1) + struct.pack("<Q", 2**63 + 1)
           + data(101, b"\xff not a message")
           + tag(2**29 - 1, 5) + struct.pack("<I", 7))


# --- gzip -----------------------------------------------------------------

def gz(raw, bad_crc=False, bad_size=False):
    """One gzip member with no name and no time."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = deflate.compress(raw) + deflate.flush()
    crc = zlib.crc32(raw) ^ bad_crc
    size = len(raw) + bad_size
    header = b"\x1f\x8b\x08\x00" + struct.pack("<I", 0) + b"\x02\xff"
    return header + body + struct.pack("<II", crc, size)


# --- profiles -------------------------------------------------------------

class Profile:
    """Collects the fields of a profile.

    Each method adds one message and takes strings as such; raw, where there
    is one, is appended to the message as it is. between is put before, between
    and after the fields of every message.
    """

    def __init__(self, *sample_types, time=TIME, between=b""):
        self.strings = [""]
        self.fields = {n: [] for n in range(1, 16)}
        self.between = between
        for type, unit in sample_types:
            self.fields[1].append(data(1, self.value_type(type, unit)))
        self.fields[9].append(num(9, time))

    def index(self, text):
        if text not in self.strings:
            self.strings.append(text)
        return self.strings.index(text)

    def message(self, *fields):
        return self.between + self.between.join(fields) + self.between

    def value_type(self, type, unit):
        return self.message(num(1, self.index(type)), num(2, self.index(unit)))

    def sample(self, locations, values, labels=(), raw=b""):
        """Each label is (key, text) or (key, number, unit)."""
        encoded = []
        for key, value, *unit in labels:
            fields = [num(1, self.index(key))]
            if unit:
                fields += [num(3, value), num(4, self.index(unit[0]))]
            else:
                fields += [num(2, self.index(value))]
            encoded.append(data(3, self.message(*fields)))
        self.fields[2].append(data(2, self.message(
            packed(1, locations) if locations else b"",
            packed(2, values) if values else b"", *encoded, raw)))

    def mapping(self, id, start, limit, file, build_id="", offset=0, flags=15):
        has = [num(7 + bit, flags >> bit & 1) for bit in range(4)]
        self.fields[3].append(data(3, self.message(
            num(1, id), num(2, start), num(3, limit), num(4, offset),
            num(5, self.index(file)), num(6, self.index(build_id)), *has)))

    def location(self, id, lines=(), mapping=0, address=0, folded=False, raw=b""):
        """Each line is (function id, line) or (function id, line, column)."""
        encoded = [data(4, self.message(*(num(n, v) for n, v in enumerate(line, 1))))
                   for line in lines]
        self.fields[4].append(data(4, self.message(
            num(1, id), num(2, mapping), num(3, address), *encoded,
            num(5, int(folded)), raw)))

    def function(self, id, name, file="main.go", start_line=0, system_name=None):
        system_name = name if system_name is None else system_name
        self.fields[5].append(data(5, self.message(
            num(1, id), num(2, self.index(name)), num(3, self.index(system_name)),
            num(4, self.index(file)), num(5, start_line))))

    def number(self, field, value):
        """One of the plain numbers of the profile: 10 or 12."""
        self.fields[field].append(num(field, value))

    def text(self, field, value):
        """One of the plain strings of the profile: 7, 8, 13, 14 or 15."""
        self.fields[field].append(num(field, self.index(value)))

    def period(self, type, unit, period):
        self.fields[11].append(data(11, self.value_type(type, unit)))
        self.number(12, period)

    def encode(self, order=range(1, 16)):
        """The whole profile, its fields in the given order."""
        self.fields[6] = [data(6, s) for s in self.strings]
        return self.message(*(f for n in order for f in self.fields[n]))


def small(**options):
    """The profile most of the others are made from.

    Two samples: main.work called by main.main, and main.main by itself.
    """
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"), **options)
    p.mapping(1, 0x400000, 0x500000, "/app/demo", "0123456789abcdef")
    p.function(1, "main.main", start_line=10)
    p.function(2, "main.work", start_line=30)
    p.location(1, [(1, 12)], mapping=1, address=0x401000)
    p.location(2, [(2, 34)], mapping=1, address=0x402000)
    p.sample([2, 1], [3, 30000000])
    p.sample([1], [1, 10000000])
    p.period("cpu", "nanoseconds", 10000000)
    return p


# --- valid profiles -------------------------------------------------------

EDGE = {}


def edge(make):
    """Registers the function's profile as edge/<name of function>.pb.gz."""
    EDGE[make.__name__ + ".pb.gz"] = lambda: gz(make().encode())
    return make


def packed_and_unpacked():
    """Location ids, values and comments both ways, even in one message."""
    p = small()
    p.sample([], [], raw=unpacked(1, [2]) + packed(1, [2, 1]) + unpacked(1, [1])
             + packed(2, [5]) + unpacked(2, [50]))
    p.sample([], [], raw=unpacked(2, [7]) + unpacked(1, [2, 1]) + packed(2, [70]))
    p.sample([], [], raw=packed(1, []) + packed(1, [1]) + unpacked(2, [0, 0]))
    for comment in "first", "second", "third", "fourth":
        p.index(comment)
    first = p.index("first")
    p.fields[13] = [unpacked(13, [first]), packed(13, [first + 1, first + 2]),
                    unpacked(13, [first + 3])]
    return p


def string_table_last():
    """The string table after all that refers to it, functions after locations."""
    return small().encode([1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 6])


def string_table_first():
    """The same profile with its tables before all that refers to them."""
    return small().encode([6, 5, 3, 4, 2, 1, 11, 12, 9, 7, 8, 10, 13, 14, 15])


@edge
def sparse_ids():
    """Mapping, location and function ids far apart and above 2^32."""
    p = Profile(("samples", "count"))
    maps = [2**33 + 5, 2**60]
    p.mapping(maps[0], 0x400000, 0x500000, "/app/demo")
    p.mapping(maps[1], 2**47, 2**47 + 0x10000, "/app/plugin")
    functions = [3, 2**32 + 1, 2**32 + 3, 2**64 - 1]
    for id, name in zip(functions, ["main.main", "main.load", "main.parse", "plugin.Run"]):
        p.function(id, name)
    locations = [2**32 + 3, 2**40, 2**63 + 9, 2**64 - 1]
    for i, id in enumerate(locations):
        p.location(id, [(functions[i], 10 * i + 10)], mapping=maps[i // 3],
                   address=0x400000 + i if i < 3 else 2**47 + i)
    p.sample([locations[2], locations[1], locations[0]], [4])
    p.sample([locations[3], locations[0]], [2])
    return p


@edge
def unknown_fields():
    """Unknown fields of wire types 0, 1, 2 and 5 between all others."""
    p = small(between=UNKNOWN)
    p.sample([2, 1], [2, 20000000], [("tenant", "red"), ("size", 64, "bytes")])
    return p


def two_members():
    """Two gzip members whose contents together are one profile."""
    raw = small().encode()
    middle = len(raw) // 2
    return gz(raw[:middle]) + gz(raw[middle:])


@edge
def labels():
    """Text and numeric labels, several for one key, with and without units."""
    p = small()
    p.sample([2, 1], [2, 20], [("tenant", "red"), ("queue", "batch")])
    p.sample([2, 1], [3, 30], [("tenant", "green"), ("tenant", "blue")])
    p.sample([2, 1], [4, 40], [("bytes", 4096, "bytes"), ("bytes", 8192, "bytes")])
    p.sample([2, 1], [5, 50], [("request", 7, "")])
    # One key with a unit in one sample, another or none in the next.
    p.sample([2, 1], [6, 60], [("latency", 250, "milliseconds"), ("latency", 3, "seconds")])
    p.sample([1], [7, 70], [("latency", 9, ""), ("latency", 2, "seconds")])
    # A zero is a value if it has a unit, and no label at all without one.
    p.sample([1], [8, 80], [("bytes", 0, "bytes")])
    p.sample([1], [9, 90], [("request", 0, ""), ("tenant", "red")])
    p.sample([1], [10, 100], [("delta", -5, "bytes")])
    # Text and a number for one key in one sample.
    p.sample([1], [11, 110], [("tenant", "red"), ("tenant", 12, "")])
    return p


@edge
def inlined_folded():
    """Three inlined lines, columns, a folded location, locations without lines."""
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    p.mapping(1, 0x400000, 0x500000, "/app/demo", "0123456789abcdef", offset=0x1000)
    p.mapping(2, 0x7f0000000000, 0x7f0000010000, "/app/libdemo.so", flags=0)
    p.function(1, "main.main", start_line=10)
    p.function(2, "demo::outer", "outer.cc", 20, system_name="_ZN4demo5outerEv")
    p.function(3, "demo::middle", "inner.h", 5, system_name="_ZN4demo6middleEv")
    p.function(4, "demo::inner", "inner.h", 2, system_name="_ZN4demo5innerEv")
    p.location(1, [(1, 12, 3)], mapping=1, address=0x401000)
    p.location(2, [(4, 3, 15), (3, 7, 9), (2, 25)], mapping=1, address=0x402000)
    p.location(3, [(3, 8)], mapping=1, address=0x403000, folded=True)
    p.location(4, mapping=2, address=0x7f0000000abc)
    p.location(5, mapping=2, address=0x7f0000000def)
    p.sample([2, 1], [5, 50])
    p.sample([3, 1], [4, 40])
    p.sample([4, 2, 1], [3, 30])
    p.sample([5, 4, 1], [2, 20])
    return p


@edge
def comments_docurl():
    """Every field of the profile that says something about it."""
    p = Profile(("alloc_space", "bytes"), ("inuse_space", "bytes"))
    for id, name in enumerate(["main.main", "main.build", "runtime.mallocgc",
                               "runtime.newobject", "runtime.mapassign_keep"], 1):
        p.function(id, name)
        p.location(id, [(id, 10 * id)])
    p.sample([3, 4, 2, 1], [4096, 1024])
    p.sample([3, 5, 1], [2048, 512])
    p.sample([2, 1], [100, 0])
    p.text(7, r"runtime\..*")
    p.text(8, r"runtime\..*_keep")
    p.number(10, 2500 * 10**6)
    p.period("space", "bytes", 512 * 1024)
    p.text(13, "a comment")
    p.text(13, "# a comment that starts with a number sign")
    p.text(13, "a comment with \"quotes\", a\ttab and \u00fcml\u00e4uts")
    p.text(14, "inuse_space")
    p.text(15, "https://example.com/docs/profile")
    return p


@edge
def negative_values():
    """Values below zero, as in the difference of two profiles."""
    p = small()
    p.sample([2, 1], [-5, -50000000])
    p.sample([1], [2, -20000000])
    p.sample([2], [-1, -2**63])
    return p


@edge
def zero_values():
    """Samples whose values are all zero, and some."""
    p = Profile(("objects", "count"), ("space", "bytes"))
    p.function(1, "main.main")
    p.function(2, "main.work")
    p.location(1, [(1, 12)])
    p.location(2, [(2, 34)])
    p.sample([2, 1], [0, 0])
    p.sample([1], [0, 0])
    p.sample([2, 1], [0, 64])
    return p


@edge
def no_samples():
    """Sample types but no sample."""
    p = Profile(("samples", "count"), ("cpu", "nanoseconds"))
    p.period("cpu", "nanoseconds", 10000000)
    return p


@edge
def no_mapping():
    """No mapping at all; neither addresses nor a period."""
    p = Profile(("samples", "count"))
    p.function(1, "main.main", file="")
    p.function(2, "main.work", file="", system_name="")
    p.location(1, [(1,)])
    p.location(2, [(2,)])
    p.sample([2, 1], [3])
    return p


@edge
def empty_stack():
    """Samples without locations, with and without a label."""
    p = small()
    p.sample([], [2, 20000000])
    p.sample([], [4, 40000000], [("tenant", "red")])
    return p


@edge
def gcu():
    """Units beside time and bytes: GCU and others less common."""
    p = Profile(("cpu", "GCU"), ("cpu_milli", "milligcu"), ("cpu_nano", "nanogcu"),
                ("disk", "kilobytes"), ("wait", "minutes"), ("load", "widgets"),
                ("plain", ""))
    p.function(1, "main.main")
    p.function(2, "main.work")
    p.location(1, [(1, 12)])
    p.location(2, [(2, 34)])
    p.sample([2, 1], [3, 1500, 2500000000, 2048, 90, 5, 6])
    p.sample([1], [4000, 250, 1000, 3, 3000, 50000, 7])
    return p


@edge
def recursion():
    """A function that calls itself, and two that call each other."""
    p = Profile(("samples", "count"))
    for id, name in enumerate(["main.main", "main.fib", "main.even", "main.odd"], 1):
        p.function(id, name)
    p.location(1, [(1, 10)])
    p.location(2, [(2, 20)])
    p.location(3, [(2, 21)])   # main.fib at another line
    p.location(4, [(3, 30)])
    p.location(5, [(4, 40)])
    p.location(6, [(2, 22), (2, 23)])  # main.fib inlined into itself
    p.sample([2, 2, 2, 2, 1], [8])
    p.sample([3, 2, 3, 2, 1], [4])
    p.sample([4, 5, 4, 5, 4, 1], [2])
    p.sample([6, 2, 1], [1])
    return p


EDGE["packed_and_unpacked.pb"] = lambda: packed_and_unpacked().encode()
EDGE["string_table_last.pb.gz"] = lambda: gz(string_table_last())
EDGE["string_table_first.pb.gz"] = lambda: gz(string_table_first())
EDGE["two_members.pb.gz"] = two_members


# --- profiles to refuse ---------------------------------------------------

TEXT = b"This is a line of text and not a profile.\nThis is another.\n"


def bad_files():
    """Yields the name and the contents of each file with a fault."""
    raw = small().encode()

    yield "empty.pb.gz", b""
    yield "text.txt", TEXT
    yield "not_a_profile.gz", gz(TEXT)
    yield "truncated.pb.gz", gz(raw)[:-20]
    yield "bad_crc.pb.gz", gz(raw, bad_crc=True)
    yield "bad_isize.pb.gz", gz(raw, bad_size=True)
    yield "trailing_garbage.pb.gz", gz(raw) + b"garbage"

    # The last field of this one is a string; it is cut in the middle.
    yield "truncated.pb", string_table_last()[:-5]
    # A varint may have ten bytes; this one has eleven.
    yield "bad_varint.pb.gz", gz(raw + tag(10, 0) + b"\x80" * 10 + b"\x01")
    # There is no wire type 7.
    yield "bad_wire_type.pb.gz", gz(raw + tag(10, 7) + varint(1))
    # duration_nanos is a number, not a string.
    yield "type_mismatch.pb.gz", gz(raw + data(10, "1"))
    # time_nanos is there twice.
    yield "two_profiles.pb.gz", gz(raw + raw)

    p = small()
    p.sample([2, 1], [1])  # two sample types
    yield "value_count.pb.gz", gz(p.encode())

    p = small()
    p.sample([9, 1], [1, 1])
    yield "missing_location.pb.gz", gz(p.encode())

    p = small()
    p.location(3, [(9, 1)])
    p.sample([3, 1], [1, 1])
    yield "missing_function.pb.gz", gz(p.encode())

    for id, name in (0, "zero"), (2, "duplicate"):
        p = small()
        p.location(id, [(1, 99)])
        yield f"{name}_location_id.pb.gz", gz(p.encode())
        p = small()
        p.function(id, "main.other")
        yield f"{name}_function_id.pb.gz", gz(p.encode())
        p = small()
        if id:
            p.mapping(id, 0x500000, 0x600000, "/app/plugin")
        p.mapping(id, 0x700000, 0x800000, "/app/other")
        yield f"{name}_mapping_id.pb.gz", gz(p.encode())

    p = small()
    p.fields[14] = [num(14, 1000)]
    yield "string_out_of_range.pb.gz", gz(p.encode())

    p = small()
    p.strings[0] = "not empty"
    yield "string0_not_empty.pb.gz", gz(p.encode())

    p = small()
    p.fields[1] = []
    yield "no_sample_types.pb.gz", gz(p.encode())


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: make_edge.py TESTDATA_DIRECTORY")
    files = {"edge": {name: make() for name, make in EDGE.items()},
             "bad": dict(bad_files())}
    for folder, contents in files.items():
        path = os.path.join(sys.argv[1], folder)
        os.makedirs(path, exist_ok=True)
        for name, content in contents.items():
            with open(os.path.join(path, name), "wb") as f:
                f.write(content)


if __name__ == "__main__":
    main()
