# SPDX-License-Identifier: Apache-2.0
"""Compiles every header alone, and twice in a row, with the compiler that is given."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import tree


def compile_alone(compiler, path):
    text = f'#include "{path}"\n' * 2
    command = [*compiler, "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE",
               f"-I{tree.ROOT / 'src'}", f"-I{tree.ROOT / 'tests/unit'}",
               "-fsyntax-only", "-x", "c", "-"]
    result = subprocess.run(command, input=text, capture_output=True, text=True)
    return None if result.returncode == 0 else f"{tree.name(path)}:\n{result.stderr}"


def main():
    headers = tree.sources("src", "tests", suffixes=(".h",))
    with ThreadPoolExecutor() as pool:
        results = pool.map(lambda path: compile_alone(sys.argv[1:], path), headers)
    tree.finish([r for r in results if r], f"{len(headers)} headers")


main()
