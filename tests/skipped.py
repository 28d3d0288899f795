# SPDX-License-Identifier: Apache-2.0
"""Says which tests are skipped here, and why, a line each.

usage: skipped.py BUILD_DIR

Fails where a row below names a test that there is not.
"""

import importlib.util
import json
import os
import pathlib
import shutil
import sys


def program(name):
    return lambda: shutil.which(name)


def module(name):
    return lambda: importlib.util.find_spec(name)


def recorded_beside():
    root = pathlib.Path(__file__).resolve().parents[1]
    return os.environ.get("CPROF_CONFORMANCE") or (root / "../shared/conformance").exists()


# What is needed, where it is from, and what is skipped without: "suite" or "suite/test".
NEEDS = [
    ("recorded cases beside the project", recorded_beside, "", ["conformance"]),
    ("Chromium", program("chromium"), "chromium", ["web/page", "web/hooks"]),
    ("chromedriver", program("chromedriver"), "chromium-driver", ["web/page", "web/hooks"]),
    ("Selenium for Python", module("selenium"), "python3-selenium", ["web/page", "web/hooks"]),
    ("Dask", module("distributed"), "python3-distributed", ["behaviour/fleet"]),
    ("Go", program("go"), "golang-go",
     ["behaviour/differential", "behaviour/goservice", "docs/live", "docs/recipes (a part)"]),
    ("PyYAML", module("yaml"), "python3-yaml", ["docs/recipes (a part)"]),
    ("jsonschema", module("jsonschema"), "python3-jsonschema", ["behaviour/formats (a part)"]),
    ("tmux", program("tmux"), "tmux", ["shell/shell-watch", "shell/shell-flame"]),
    ("Graphviz", program("dot"), "graphviz", ["golden (pictures)", "web/page (graphs)"]),
    ("objdump", program("objdump"), "binutils",
     ["behaviour/formats (a part)", "web/page (instructions)"]),
    ("clang-format", program("clang-format"), "clang-format", ["lint/format"]),
    ("man", program("man"), "man-db", ["docs/man-cprof.1"]),
    ("zsh", program("zsh"), "zsh", ["docs/syntax-zsh"]),
    ("fish", program("fish"), "fish", ["docs/syntax-fish"]),
]


def main():
    with open(pathlib.Path(sys.argv[1], "meson-info/intro-tests.json"), encoding="utf-8") as file:
        tests = json.load(file)
    known = {test["suite"][0].split(":")[1] for test in tests}
    known |= {test["suite"][0].split(":")[1] + "/" + test["name"] for test in tests}
    bad = [name for *_, names in NEEDS for name in names if name.split(" (")[0] not in known]
    for name in bad:
        print(f"there is no test '{name}'")
    for what, there, package, names in NEEDS:
        if not there():
            how = f"; on Debian: apt-get install {package}" if package else ""
            print(f"skipped: {', '.join(names)}: no {what}{how}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
