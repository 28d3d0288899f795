# SPDX-License-Identifier: Apache-2.0
"""What the lint scripts share: finding the sources and reading C roughly."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def sources(*folders, suffixes=(".c", ".h")):
    """All files of the folders with such names, sorted."""
    found = [p for f in folders for p in (ROOT / f).rglob("*") if p.suffix in suffixes]
    if not found:
        sys.exit(f"no sources in {', '.join(folders)}")
    return sorted(found)


def name(path):
    return path.relative_to(ROOT).as_posix()


TOKEN = re.compile(
    r'//(?:[^\\\n]|\\.)*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', re.S)


def bare(text):
    """C without comments and the insides of literals; the lines stay where they are."""
    def blank(match):
        token = match.group()
        lines = "\n" * token.count("\n")
        return token[0] * 2 + lines if token[0] in "\"'" else " " + lines
    return TOKEN.sub(blank, text)


def includes(path):
    """Yields (line number, whether quoted, what is included)."""
    pattern = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := pattern.match(line):
            yield number, match.group(1) == '"', match.group(2)


def finish(problems, done):
    """Ends the script: with the problems, or with a word on what was looked at."""
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems; {done}")
    sys.exit(1 if problems else 0)
