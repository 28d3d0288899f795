# SPDX-License-Identifier: Apache-2.0
"""Finds calls that have no place in the sources, or only in some files."""

import re
from fnmatch import fnmatch

import tree

# Without a bound, without a way to see errors, with hidden state, or around the owner of memory.
NOWHERE = """
    strcpy strcat stpcpy wcscpy wcscat sprintf vsprintf gets scanf sscanf fscanf
    strtok atoi atol atoll atof system popen alloca rand srand tmpnam tempnam mktemp
    sigsetjmp siglongjmp asctime ctime gmtime localtime
""".split()

# Only main ends the program, only xalloc takes memory, only the user interfaces print.
# What runs while cprof is built may be for another machine, and links nothing of it.
BUILDING = "src/web/embed.c"
IN_SRC_ONLY = [
    ("exit _exit quick_exit", ["src/main.c", "src/base/xalloc.c", "src/base/library.c",
                            BUILDING]),
    ("malloc calloc realloc reallocarray strdup strndup asprintf vasprintf",
     ["src/base/xalloc.c", BUILDING]),
    # Libraries are loaded in one way.
    ("dlopen dlsym", ["src/base/library.c"]),
    # Linux alone has these: there, and only there, another way stands beside them.
    ("eventfd eventfd_write signalfd timerfd_create epoll_create1 inotify_init1 prctl getrandom"
     " sched_getaffinity memfd_create", ["src/app/take.c", "src/base/parallel.c"]),
    ("setjmp longjmp", ["src/symbol/demangle.c"]),  # no other way to stop libiberty's printing
    ("setlocale", ["src/cli/repl.c"]),
    ("printf puts putchar perror", ["src/main.c", "src/cli/*", "src/web/*"]),
]
STDERR_ONLY = ["src/main.c", "src/cli/*", "src/web/*", "src/base/xalloc.c"]


def rules_for(file):
    """Yields the names that this file may not call."""
    yield from NOWHERE
    if not file.startswith("src/"):
        return
    for names, places in IN_SRC_ONLY:
        if not any(fnmatch(file, p) for p in places):
            yield from names.split()


def check(path):
    file = tree.name(path)
    calls = r"(?<![\w.>])(" + "|".join(rules_for(file)) + r")\s*\("
    if file.startswith("src/") and not any(fnmatch(file, p) for p in STDERR_ONLY):
        calls += r"|\b(stderr|stdout)\b"
    pattern = re.compile(calls)
    for number, line in enumerate(tree.bare(path.read_text()).splitlines(), 1):
        for match in pattern.finditer(line):
            yield f"{file}:{number}: {match.group(1) or match.group(2)} is not to be used here"


def main():
    files = tree.sources("src", "tests")
    tree.finish([p for f in files for p in check(f)], f"{len(files)} files")


main()
