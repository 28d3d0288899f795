# SPDX-License-Identifier: Apache-2.0
"""Holds decisions on the design that a change could undo without anybody seeing it."""

import re
from fnmatch import fnmatch

import tree

# Each: what must not be, as an expression for one line; where; where it may be; why.
RULES = [
    (r"^static (?!const\b|inline\b|_Noreturn\b)(?!.*\bconst \w+(\[.*)?( =|;))[^(]*(;|= .*\{|struct \{)$",
     ["src/*"],
     ["src/cli/*", "src/*/lib*.c", "src/web/httpd.c", "src/web/settings.c", "src/app/optiontable.c",
      "src/base/hash.c", "src/base/pool.c", "src/base/thread.c",
      "src/input/inflater_isal.c", "src/input/inflater_zstd.c", "src/symbol/minidebug.c"],
     "state of the whole process: many requests run at once, and each has a job, a view, an outcome"),
    (r'strcmp\([^;]*, "-"\)', ["src/*"], ["src/input/stdin.c", "src/cli/args.c"],
     "standard input is a row of the kinds of sources, which alone knows its name"),
    (r"\br->options\.[\w.]+ [-+*/|&]?= |options->[\w.]+ [-+*/|&]?= ",
     ["src/report/*", "src/format/*"], [],
     "a report changes no options: what it chose is in what it returns"),
    (r"(?<!const )struct profile \*\w+[,)]", ["src/graph/*", "src/report/*", "src/format/*",
                                             "src/cli/*", "src/web/*"],
     ["src/report/report.h", "src/report/top.c"], # which make one
     "a loaded profile is never changed"),
    (r'strcmp\([^;]*->name, |span_eq\(span_of\([\w.>-]*(o|option|command)->name\), SPAN\(',
     ["src/app/*", "src/cli/*", "src/web/*"], [],
     "what is special about an option or a command stands in its row of the table"),
    (r"->(emit|report|format) == \w+_\w+\(", ["src/*"], [],
     "what is special about a command or a format stands in its row of the table"),
    (r"\b(open|posix_spawnp?|socket|fopen)\(", ["src/report/*", "src/graph/*", "src/format/*",
                                               "src/profile/*"], [],
     "bytes come from input, and go to sink"),
]


def check(path):
    file = tree.name(path)
    rules = [(re.compile(pattern), why) for pattern, where, but, why in RULES
             if any(fnmatch(file, w) for w in where) and not any(fnmatch(file, b) for b in but)]
    text = path.read_text()
    both = zip(tree.bare(text).splitlines(), text.splitlines())
    for number, (bare, line) in enumerate(both, 1):
        for pattern, why in rules:
            if pattern.search(line if '"' in pattern.pattern else bare.rstrip()):
                yield f"{file}:{number}: {why}"


def main():
    files = tree.sources("src")
    tree.finish([p for f in files for p in check(f)], f"{len(files)} files, {len(RULES)} rules")


main()
