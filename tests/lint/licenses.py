# SPDX-License-Identifier: Apache-2.0
"""Every source begins with its licence."""

import tree

LINE = "SPDX-License-Identifier: Apache-2.0"
MARKS = {".c": "//", ".h": "//", ".py": "#", ".sh": "#"}


def main():
    files = tree.sources("src", "tests", suffixes=tuple(MARKS))
    problems = []
    for path in files:
        lines = path.read_text().splitlines()
        if lines and lines[0].startswith("#!"):
            lines = lines[1:]
        if not lines or lines[0] != f"{MARKS[path.suffix]} {LINE}":
            problems.append(f"{tree.name(path)}: does not begin with the line '{LINE}'")
    tree.finish(problems, f"{len(files)} files")


main()
