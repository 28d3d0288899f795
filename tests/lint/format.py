# SPDX-License-Identifier: Apache-2.0
"""Compares all C files with what clang-format 14 makes of them; skipped where there is none."""

import shutil
import subprocess
import sys

import tree

SKIPPED = 77
VERSION = 14  # others lay out some constructs differently


def find_formatter():
    for name in (f"clang-format-{VERSION}", "clang-format"):
        program = shutil.which(name)
        if not program:
            continue
        answer = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
        if f"version {VERSION}." in answer:
            return program
    return None


def main():
    program = find_formatter()
    if not program:
        print(f"no clang-format {VERSION}")
        sys.exit(SKIPPED)
    files = tree.sources("src", "tests")
    result = subprocess.run([program, "--style=file", "--dry-run", "-Werror", *map(str, files)])
    sys.exit(1 if result.returncode else 0)


main()
