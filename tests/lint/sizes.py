# SPDX-License-Identifier: Apache-2.0
"""Holds the sizes: no function over 60 lines, no file over 500 without its tables."""

import re
from statistics import median

import tree

FUNCTION_MAX, FILE_MAX, MEDIAN_MAX = 60, 500, 20


def functions(lines):
    """Yields (first line, name, lines) of each function, by where its braces stand."""
    start = None
    for number, line in enumerate(lines, 1):
        if start is None and line == "{":
            start = number
        elif start is not None and line == "}":
            head = start - 1
            while head > 1 and lines[head - 1].startswith((" ", "\t")):
                head -= 1
            match = re.search(r"(\w+)\(", lines[head - 1])
            yield head, match.group(1) if match else "?", number - head + 1
            start = None


def without_tables(lines):
    """The number of lines outside of initialised arrays."""
    inside, count = False, 0
    for line in lines:
        inside = inside or bool(re.match(r"\S.*\[.*\] = \{$", line))
        count += not inside
        inside = inside and line != "};"
    return count


def measure(folder, problems):
    sizes, longest = [], 0
    for path in tree.sources(folder):
        lines = tree.bare(path.read_text()).splitlines()
        size = without_tables(lines)
        longest = max(longest, len(lines))
        if size > FILE_MAX:
            problems.append(f"{tree.name(path)}: {size} lines without tables")
        for line, function, length in functions(lines):
            sizes.append(length)
            if length > FUNCTION_MAX:
                problems.append(f"{tree.name(path)}:{line}: {function} has {length} lines")
    if sizes and median(sizes) > MEDIAN_MAX:
        problems.append(f"{folder}: the median function has {median(sizes):g} lines")
    return (f"{folder}: {len(sizes)} functions, median {median(sizes):g}, longest {max(sizes)} "
            f"lines; longest file {longest} lines")


def main():
    problems = []
    done = [measure(folder, problems) for folder in ("src", "tests")]
    tree.finish(problems, ". ".join(done))


main()
