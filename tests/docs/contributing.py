# SPDX-License-Identifier: Apache-2.0
"""Does what CONTRIBUTING.md says of adding things: in a copy of the sources all its examples are added,
built and run.

usage: contributing.py SOURCE_ROOT
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import examples

ROOT = pathlib.Path(sys.argv[1])
BLOCK = re.compile(r'^```(?:c|meson) (new|add) ([^ \n]+)(?: (before|after) "([^\n]*)")?\n(.*?)^```$', re.S | re.M)


def insert(path, where, anchor, text):
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    found = [i for i, line in enumerate(lines) if line.startswith(anchor)]
    assert found, f"{path} has no line that begins with '{anchor}'"
    at = found[-1] if where == "before" else found[0] + 1
    path.write_text("".join([*lines[:at], text, *lines[at:]]), encoding="utf-8")


def complete_row(path):
    """A row may follow on the line of the brace that opens a table."""
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(\*const (?:kinds|readers)\[\] = \{)(?=\S)", r"\1\n", text), encoding="utf-8")


def add_all(copy, document):
    for path in ("src/input/source.c", "src/profile/read/reader.c"):
        complete_row(copy / path)
    for kind, path, where, anchor, text in BLOCK.findall(document):
        if kind == "new":
            (copy / path).write_text(text, encoding="utf-8")
        else:
            insert(copy / path, where, anchor, text)


def build(copy):
    for command in (["meson", "setup", "build", "-Db_ndebug=false", "-Doptimization=0", "-Dstatic=false"],
                    ["ninja", "-C", "build", "cprof"]):
        done = subprocess.run(command, cwd=copy, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:]


def main():
    document = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    if not shutil.which("meson") or not shutil.which("ninja"):
        return examples.SKIPPED
    with tempfile.TemporaryDirectory(prefix="cprof-contributing.") as folder:
        copy = pathlib.Path(folder)
        for name in ("meson.build", "meson_options.txt"):
            shutil.copy(ROOT / name, copy)
        for name in ("src", "proto", "man", "completions", "tests", "testdata"):
            shutil.copytree(ROOT / name, copy / name)
        add_all(copy, document)
        build(copy)
        sys.argv[1:] = [str(copy / "build/cprof"), str(copy), str(ROOT / "CONTRIBUTING.md")]
        return examples.main()


if __name__ == "__main__":
    sys.exit(main())
