#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the examples of a document and compares what they print with what the document says.

usage: examples.py CPROF SOURCE_ROOT DOCUMENT

Where the document ends in .md, examples stand in fenced blocks of the language "console";
otherwise it is a manual page and they stand in .EX blocks whose first line is a command. A command
is a line that starts with "$ cprof "; what follows, up to the next command, is expected on standard
output and standard error, a line "…" standing for any lines. Commands run in the source root. Lines
that start with "(cprof) " are what the command reads from standard input.
"""

import difflib
import os
import re
import subprocess
import sys

SKIPPED = 77
PROMPT = "$ "
SHELL_PROMPT = "(cprof) "

ROFF_ESCAPES = {
    "\\-": "-", "\\&": "", "\\e": "\\", "\\(rs": "\\", "\\(aq": "'", "\\(dq": '"',
    "\\(ga": "`", "\\(ha": "^", "\\(ti": "~",
}


def roff_unescape(line):
    def plain(match):
        code = match.group()
        if code.startswith("\\[u"):
            return chr(int(code[3:-1], 16))
        return ROFF_ESCAPES[code]
    return re.sub(r"\\(?:\[[^]]*\]|\(..|.)", plain, line)


def markdown_blocks(lines):
    block, fence, indent = None, None, 0
    for line in lines:
        start = re.match(r"( *)(```+|~~~+) *(\S*)", line)
        if fence is None and start:
            indent, fence = len(start[1]), start[2]
            block = [] if start[3] == "console" else None
        elif fence is not None and line.strip() == fence:
            if block is not None:
                yield block
            fence = None
        elif fence is not None and block is not None:
            block.append(line[indent:])


def man_blocks(lines):
    block = None
    for line in lines:
        if line == ".EX":
            block = []
        elif line == ".EE":
            if block and block[0].startswith(PROMPT + "cprof "):
                yield block
            block = None
        elif block is not None:
            block.append(roff_unescape(line))


def examples(blocks):
    """Pairs of a command and the lines that it should print."""
    for block in blocks:
        command, expected = None, []
        for line in block + [PROMPT]:
            if not line.startswith(PROMPT.rstrip()):
                expected.append(line)
                continue
            if command:
                yield command, expected
            command = line[len(PROMPT):] if line.startswith(PROMPT + "cprof ") else None
            expected = []


def run(command, cprof, root, typed):
    path = os.path.dirname(os.path.abspath(cprof)) + os.pathsep + os.environ["PATH"]
    result = subprocess.run(
        ["sh", "-c", command], cwd=root, input=typed.encode(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=60, check=False,
        env={**os.environ, "PATH": path, "TZ": "UTC", "LC_ALL": "C.UTF-8",
             "PPROF_TOOLS": "llvm-symbolizer:/nonexistent"})  # names as without it
    return result.stdout.decode("utf-8", "backslashreplace")


def agree(expected, printed):
    pattern = "".join(r"(?:.*\n)*?" if line == "…" else re.escape(line + "\n")
                      for line in expected)
    return re.fullmatch(pattern, printed) is not None


def main():
    cprof, root, document = sys.argv[1:]
    if not os.path.exists(document):
        print(f"there is no {document}")
        return SKIPPED
    with open(document, encoding="utf-8") as file:
        lines = file.read().splitlines()
    blocks = markdown_blocks(lines) if document.endswith(".md") else man_blocks(lines)
    count = failures = 0
    for command, expected in examples(blocks):
        count += 1
        typed = [x[len(SHELL_PROMPT):] + "\n" for x in expected if x.startswith(SHELL_PROMPT)]
        expected = [x for x in expected if not x.startswith(SHELL_PROMPT)]
        printed = run(command, cprof, root, "".join(typed))
        if agree(expected, printed):
            continue
        failures += 1
        print(f"$ {command}")
        print("\n".join(difflib.unified_diff(expected, printed.splitlines(), document, "printed",
                                             lineterm="")))
    print(f"{count} examples, {failures} of them fail")
    return 1 if failures or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
