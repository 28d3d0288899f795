# SPDX-License-Identifier: Apache-2.0
"""Holds that what a file of src exports stands in one header, which a reader of the file can name.

That is the header of the same name; or, for rows of a table and parts of a module, the one below.
"""

import re
from fnmatch import fnmatch

import tree

# Files without a header of their own, by the header that has their contract.
CONTRACTS = {
    # rows of tables
    "src/format/emits.h": ["src/format/*.c"],
    "src/format/table.h": ["src/format/csv.c", "src/format/markdown.c", "src/format/tsv.c"],
    "src/profile/read/reader.h": ["src/profile/read/*.c"],
    "src/input/source.h": ["src/input/*.c"],
    "src/input/inflater.h": ["src/input/inflater_*.c", "src/input/inflate.c"],
    # the one door
    "src/app/app.h": ["src/app/*.c"],
    # parts of modules
    "src/app/config.h": ["src/app/options.c"],
    "src/app/options.h": ["src/app/optiontable.c"],
    "src/app/view.h": ["src/app/emit.c", "src/app/filters.c"],
    "src/cli/flamestate.h": ["src/cli/flamedraw.c", "src/cli/flamekeys.c"],
    "src/cli/gendocs.h": ["src/cli/gendocs_*.c"],
    "src/cli/shell.h": ["src/cli/shellmain.c"],
    "src/format/flamelayout.h": ["src/format/flamepaint.c"],
    "src/format/format.h": ["src/format/gates.c", "src/format/labels.c", "src/format/noise.c"],
    "src/format/put.h": ["src/format/color.c", "src/format/noise.c"],
    "src/graph/build.h": ["src/graph/calltree.c"],
    "src/graph/graph.h": ["src/graph/connect.c"],
    "src/input/fetch.h": ["src/input/fetchless.c"],
    "src/input/transfer.h": ["src/input/transfernote.c"],
    "src/profile/read/columns.h": ["src/profile/read/resolve.c"],
    "src/profile/tag.h": ["src/profile/tagframe.c"],
    "src/report/flameparts.h": ["src/report/flamespine.c", "src/report/flamestart.c"],
    "src/report/gate.h": ["src/report/gateparse.c", "src/report/gatetrend.c"],
    "src/report/report.h": ["src/report/graph.c", "src/report/list.c", "src/report/tags.c",
                            "src/report/top.c"],
    "src/symbol/dwarf.h": ["src/symbol/nodwarf.c"],
    "src/web/server_parts.h": ["src/web/server.c", "src/web/work.c"],
}
# main and programs of the build export nothing; under the names of a library are its functions.
ALONE = ["src/main.c", "src/cli/gendocs.c", "src/web/embed.c", "src/base/jansson.c",
         "src/base/libm.c", "src/base/pcre2.c"]


def exports(path):
    """The names of the functions of a file that are not static."""
    lines = tree.bare(path.read_text()).splitlines()
    for number, line in enumerate(lines):
        if line != "{":
            continue
        head = number - 1
        while head > 0 and lines[head].startswith((" ", "\t")):
            head -= 1
        match = re.search(r"(\w+)\(", lines[head])
        if match and not re.search(r"\bstatic\b", lines[head]):
            yield head + 1, match.group(1)


def contracts(path):
    """The headers that a file's exports may stand in."""
    own = path.with_suffix(".h")
    if own.exists():
        yield own
    for header, files in CONTRACTS.items():
        if any(fnmatch(tree.name(path), f) for f in files):
            yield tree.ROOT / header


def check(path):
    headers = list(contracts(path))
    if not headers:
        yield f"{tree.name(path)}: has no header, and is no part of one in tests/lint/modules.py"
    said = "".join(tree.bare(h.read_text()) for h in headers)
    for line, name in exports(path):
        if not re.search(rf"\b{name}\b", said):
            yield f"{tree.name(path)}:{line}: {name} is in none of its headers"


def main():
    files = [p for p in tree.sources("src", suffixes=(".c",)) if tree.name(p) not in ALONE]
    problems = [p for f in files for p in check(f)]
    problems += [f"{h}: is not there" for h in CONTRACTS if not (tree.ROOT / h).exists()]
    tree.finish(problems, f"{len(files)} files")


main()
