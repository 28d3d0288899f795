# SPDX-License-Identifier: Apache-2.0
"""Holds the include arrows between the folders of src, and one place for each library."""

from fnmatch import fnmatch

import tree

CHAIN = ["base", "profile", "symbol", "graph", "report", "format", "app", "cli", "web", "main"]
BESIDE = {"input": ["base"], "sink": ["base"]}
ALSO = {"format": ["sink"], "app": ["input", "sink"], "cli": ["sink"], "web": ["sink"]}
NEVER = {"cli": ["profile", "graph", "report", "input"], "web": ["cli"]}

# The C library's own regular expressions and messages are used nowhere.
LIBRARIES = [
    (["protobuf-c/*", "*.pb-c.h"], ["src/profile/read/proto.c", "src/profile/encode.c"]),
    (["cprof_build.h", "cprof_commit.h"], ["src/cli/help.c"]),  # made while cprof is built
    (["zlib.h"], ["src/input/inflater_zlib.c", "src/sink/deflate.c"]),
    (["curl/*"], ["src/input/libcurl.h"]),
    (["isa-l/*"], ["src/input/inflater_isal.c"]),
    (["editline/*", "readline/*", "histedit.h"], ["src/cli/libedit.h"]),
    (["pcre2*.h"], ["src/base/pcre2.c", "src/base/regex.c"]),
    (["elfutils/*", "libelf.h", "gelf.h"], ["src/symbol/libdw.h"]),
    (["libiberty/*"], ["src/symbol/demangle.c"]),
    (["jansson.h"], ["src/base/jansson.c", "src/format/json.c",
                      "src/profile/read/jsonread.c", "src/web/settings.c"]),
    (["microhttpd.h"], ["src/web/httpd.h"]),
    (["regex.h", "err.h"], []),
]


def allowed(folder):
    """The folders whose headers a file of this one may include."""
    if folder in BESIDE:
        return {folder, *BESIDE[folder]}
    left = CHAIN[:CHAIN.index(folder) + 1]
    return {*left, *ALSO.get(folder, [])} - {*NEVER.get(folder, [])}


def folder_of(path):
    parts = path.relative_to(tree.ROOT / "src").parts
    return parts[0] if len(parts) > 1 else "main"


def library_places(header):
    for patterns, places in LIBRARIES:
        if any(fnmatch(header, p) for p in patterns):
            return places
    return None


def check_one(path, quoted, header):
    """What is wrong with this include, or None."""
    places = library_places(header)
    if places is not None and not (quoted and (tree.ROOT / "src" / header).exists()):
        if any(fnmatch(tree.name(path), p) for p in places):
            return None
        return f"<{header}> belongs into {' or '.join(places) or 'no file'}"
    if not quoted:
        return None
    if not (tree.ROOT / "src" / header).is_file():
        return f'"{header}" is not in src'
    folder = folder_of(path)
    if header.split("/")[0] not in allowed(folder):
        return f'{folder} may not include "{header}"'
    return None


def check_own_first(path, found):
    own = path.with_suffix(".h")
    wanted = own.relative_to(tree.ROOT / "src").as_posix()
    if path.suffix == ".c" and own.exists() and (not found or found[0][2] != wanted):
        return f"{tree.name(path)}: its own header does not come first"
    return None


def main():
    problems, count = [], 0
    for path in tree.sources("src"):
        if folder_of(path) not in CHAIN and folder_of(path) not in BESIDE:
            problems.append(f"{tree.name(path)}: the folder has no place among the arrows")
            continue
        found = list(tree.includes(path))
        count += len(found)
        if problem := check_own_first(path, found):
            problems.append(problem)
        for line, quoted, header in found:
            if problem := check_one(path, quoted, header):
                problems.append(f"{tree.name(path)}:{line}: {problem}")
    tree.finish(problems, f"{count} includes")


main()
