# SPDX-License-Identifier: Apache-2.0
"""Writes protobuf by hand, for profiles that no program would write."""


def varint(n):
    out = b""
    while n >= 128:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


class Strings:
    """A string table in the making: called with a text, it gives its index."""

    def __init__(self):
        self.all = [b""]

    def __call__(self, text):
        if text not in self.all:
            self.all.append(text)
        return self.all.index(text)

    def fields(self):
        return b"".join(field(6, text) for text in self.all)


def profile_of_functions(functions):
    """A profile with a sample of weight 10 in each function, given as its name, file and line."""
    s = Strings()
    out = field(1, field(1, s(b"samples")) + field(2, s(b"count")))
    for i, (name, path, line) in enumerate(functions, 1):
        out += field(2, field(1, i) + field(2, 10))
        out += field(4, field(1, i) + field(4, field(1, i) + field(2, line)))
        out += field(5, field(1, i) + field(2, s(name.encode())) + field(3, s(name.encode())) +
                     field(4, s(path.encode())))
    return out + s.fields()


def packed(number, values):
    return field(number, b"".join(varint(v) for v in values))


def profile_of_samples(types, samples, period_type=None, period=0, default=None):
    """A profile with the given sample types, name and unit each, and samples: the names of the
    functions of their stacks, the leaf first, a value for each type, and perhaps numeric labels."""
    s = Strings()
    out = b"".join(field(1, field(1, s(t.encode())) + field(2, s(u.encode()))) for t, u in types)
    ids, parts = {}, []
    for stack, values, *labels in samples:
        locations = [ids.setdefault(name, len(ids) + 1) for name in stack]
        numbers = b"".join(field(3, field(1, s(key.encode())) + field(3, value))
                           for key, value in labels)
        parts.append(field(2, packed(1, locations) + packed(2, values) + numbers))
    out += b"".join(parts)
    for name, i in ids.items():
        out += field(4, field(1, i) + field(4, field(1, i)))
        out += field(5, field(1, i) + field(2, s(name.encode())) + field(3, s(name.encode())))
    if period_type:
        name, unit = period_type
        out += field(11, field(1, s(name.encode())) + field(2, s(unit.encode())))
    out += field(14, s(default.encode())) if default else b""
    return out + (field(12, period) if period else b"") + s.fields()
