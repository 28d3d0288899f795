# SPDX-License-Identifier: Apache-2.0
"""Run by `meson test --benchmark`: how soon the page draws large profiles, what it sends and takes.
Prints numbers beside their targets, on two idle cores; never fails by them."""

import os
import time

from chromium import browsing, start
from serving import Server, peak, tap

SIZES = [("1,000,000 samples", 2.5, 500), ("100,000 samples", 1.0, 150)]
SENT = "return performance.getEntriesByType('resource').map((e) => [e.transferSize, e.name])"
COUNT = "return document.querySelectorAll('#flame [data-frame]').length"
ZOOM = """const f = [...document.querySelectorAll('#flame [data-frame]')].filter((e) => e.dataset.depth > 1)[0];
    const begin = performance.now(); performance.clearMarks('drawn'); f.click();
    const first = performance.getEntriesByName('drawn')[0]; return first ? first.startTime - begin : -1"""


def line(what, value, unit, target):
    print(f"#   {what:34} {value:8.2f} {unit:4} target {target:7.2f}  {'met' if value <= target else 'MISSED'}")


def measure(page, path, seconds, mebibytes):
    begin = time.monotonic()
    server = Server([os.path.abspath(path)], cwd="/").wait()
    page.browser.get(server.url)
    while not page.js(COUNT):
        time.sleep(0.01)
    line("first frames after the command", time.monotonic() - begin, "s", seconds)
    page.ready(120)
    line("all of the page", time.monotonic() - begin, "s", 2 * seconds)
    zoomed = page.js(ZOOM)
    page.ready(120)
    line("a zoom until it is drawn", zoomed, "ms", 100)
    line("largest answer", max(sent for sent, _ in page.js(SENT)) / 1e6, "MB", 1)
    line("memory of the server", peak(server.process.pid) / (1 << 20), "MiB", mebibytes)
    server.stop()


def the_page_is_fast():
    start().quit()  # the first start of a browser makes its folders
    with browsing() as page:
        for path, (name, seconds, mebibytes) in zip(tap.sys.argv[2:], SIZES):
            print(f"# {name}")
            measure(page, path, seconds, mebibytes)


tap.run([the_page_is_fast])
