#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that every flag of `cprof -help` is in the manual page and the completion scripts.

usage: flags.py CPROF MAN_PAGE BASH_SCRIPT ZSH_SCRIPT FISH_SCRIPT
"""

import re
import subprocess
import sys

# How each document names a flag, in the order of the arguments.
PATTERNS = [r"^(?:\.B |.*\\fB)\\-{}(?:\\fR|$)", r" -{}[=' ]", r"'\*?-{}[=\[]", r"^complete .*-o {} "]


def main():
    cprof, *documents = sys.argv[1:]
    text = subprocess.run([cprof, "-help"], stdout=subprocess.PIPE, check=True, text=True).stdout
    flags = re.findall(r"^ +-(\w+)", text, re.MULTILINE)
    missing = [] if len(flags) > 10 else ["most of the flags in -help"]
    for document, pattern in zip(documents, PATTERNS, strict=True):
        with open(document, encoding="utf-8") as file:
            content = file.read()
        missing += [f"-{flag} in {document}" for flag in flags
                    if not re.search(pattern.format(flag), content, re.MULTILINE)]
    for what in missing:
        print("missing:", what)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
