#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints how long further reports take and how much memory, as ratios to gzip run beside them; the
goals are in goals.py.

Ratios carry over from machine to machine where seconds do not. Nothing here passes or fails by time.
The environment variable BENCH_ONLY picks rows: a regular expression for "group: row".
"""

import argparse
import http.server
import json
import os
import re
import shlex
import shutil
import statistics
import subprocess
import tempfile
import threading

RUNS = int(os.environ.get("BENCH_RUNS", "7"))
ONLY = re.compile(os.environ.get("BENCH_ONLY", ""))
MIB = 1 << 20
MERGED, SAMPLES_EACH, TIMES = 40, 20000, 10


class Bench:
    """The commands at hand, and what they were measured to take."""

    def __init__(self, options):
        self.options = options
        self.known = {}

    def seconds(self, command, runs=RUNS):
        """The median of hyperfine's runs, or of our own where it is not there."""
        if command not in self.known:
            self.known[command] = self.hyperfine(command, runs) \
                if shutil.which("hyperfine") else self.measure(command, runs)[0]
        return self.known[command]

    def beside(self, yard, command):
        """Both anew, one after the other: the speed of a machine changes while others use it."""
        for each in (yard, command):
            self.known.pop(each, None)
        return self.seconds(yard), self.seconds(command)

    @staticmethod
    def hyperfine(command, runs):
        plain = [] if "|" in command else ["-N"]
        with tempfile.NamedTemporaryFile(suffix=".json") as report:
            subprocess.run(["hyperfine", *plain, "--style", "none", "--warmup", "1", "--runs",
                            str(runs), "--export-json", report.name, command], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return json.load(report)["results"][0]["median"]

    def measure(self, command, runs=1):
        """Medians of seconds and of peak bytes."""
        done = subprocess.run([self.options.measure, str(runs), "sh", "-c", f"exec {command}"],
                              check=True, capture_output=True, text=True)
        rows = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
        return (statistics.median(r[0] for r in rows) / 1e9,
                statistics.median(r[1] for r in rows) * 1024)

    def peak(self, command):
        return self.measure(command)[1]

    def cprof(self, *args):
        return shlex.join([self.options.cprof, *args])


def size_inflated(paths):
    done = subprocess.run(f"gzip -dc {shlex.join(paths)} | wc -c", shell=True, check=True,
                          capture_output=True)
    return int(done.stdout)


def verdict(ratio, target):
    return "" if target is None else f"{target:5.2f}  {'met' if ratio <= target else 'MISSED'}"


def print_head(title):
    print(f"\n{title}\n  {'':34} {'beside':>8} {'seconds':>8} {'ratio':>6} {'target':>6}         "
          f"{'peak':>9} {'ratio':>6} {'target':>6}")


def print_row(name, beside, seconds, target, peak, share, most):
    print(f"  {name:34} {beside:8.4f} {seconds:8.4f} {seconds / beside:6.2f}  "
          f"{verdict(seconds / beside, target):14}  {peak / MIB:6.1f}MiB {share:6.2f}  "
          f"{verdict(share, most)}", flush=True)


def wanted(group, name):
    return ONLY.search(f"{group}: {name}")


def against(b, group, described, yard, rows, raw):
    """Rows of a name, arguments and targets for time and memory, against the yardstick."""
    rows = [row for row in rows if wanted(group, row[0])]
    if not rows:
        return
    print_head(f"{group}, beside {described}; {raw / MIB:.1f} MiB inflated")
    for name, command, target, most in rows:
        beside, seconds = b.beside(yard, command)
        peak = b.peak(command)
        print_row(name, beside, seconds, target, peak, peak / raw, most)


FILTERS = ["-focus=cache", "-ignore=cache", "-show=cache", "-hide=cache", "-show_from=cache",
           "-prune_from=cache", "-tagfocus=64kb:", "-tagignore=64kb:"]
GRANULARITIES = ["-functions", "-filefunctions", "-files", "-lines", "-addresses"]


def big_rows(b, big):
    for args in [["-top"], ["-top", "-cum"], *(["-top", g] for g in GRANULARITIES),
                 *(["-top", f] for f in FILTERS)]:
        yield " ".join(args), b.cprof(*args, big), 0.6, 3
        yield " ".join(args + ["-threads=1"]), b.cprof(*args, "-threads=1", big), 1.0, 3
    for args in [["-flame"], ["-flame", "-pivot=Marshal"], ["-flame", "-format=json"]]:
        yield " ".join(args), b.cprof(*args, big), 1.2, 3.5


def write_rows(b, big, raw):
    """Reports that are large themselves: how fast they come out."""
    rows = [row for row in ("-traces", "-folded", "-raw") if wanted("writing", row)]
    if rows:
        print("\nwriting, MB of output a second (target 500)")
    for report in rows:
        command = b.cprof(report, big)
        size = int(subprocess.run(f"{command} | wc -c", shell=True, check=True,
                                  capture_output=True).stdout)
        rate, peak = size / 1e6 / b.seconds(command, 3), b.peak(command)
        print(f"  {report:34} {size / 1e6:8.1f} MB {rate:7.0f} MB/s "
              f"{'met' if rate >= 500 else 'MISSED'}   {peak / MIB:6.1f}MiB "
              f"{peak / raw:6.2f}  {verdict(peak / raw, 3.5)}")


def merge_rows(b, folder):
    if not wanted("merging", "40 files, -top") and not wanted("merging", "400 files, -top"):
        return
    paths = [f"{folder}/merge.{i}.pb.gz" for i in range(1, MERGED + 1)]
    for i, path in enumerate(paths, 1):
        if not os.path.exists(path):
            subprocess.run([b.options.generator, "--samples", str(SAMPLES_EACH), "--locations",
                            "60000", "--functions", "24000", "--draw", str(i), path], check=True)
    once, often = f"{folder}/merge.list", f"{folder}/merge.{TIMES}.list"
    for path, names in ((once, paths), (often, paths * TIMES)):
        with open(path, "w", encoding="utf-8") as out:
            out.write("\n".join(names))
    merged = f"{folder}/merged.pb.gz"
    subprocess.run([b.options.cprof, "-proto", f"-output={merged}", f"-files_from={once}"],
                   check=True)
    raw = size_inflated([merged])
    yard = f"gzip -dc {shlex.join(paths)}"
    top = b.cprof("-top", f"-files_from={once}")
    against(b, "merging", "gzip -dc of them all", yard, [("40 files, -top", top, 1.0, 2),
                                 ("40 files, -proto", b.cprof("-proto", f"-files_from={once}"),
                                  None, None)], raw)
    if wanted("merging", "400 files, -top"):
        more = b.cprof("-top", f"-files_from={often}")
        peak, seconds = b.peak(more), b.seconds(more, 2)
        print_row("400 files, -top", b.seconds(yard) * TIMES, seconds, 1.0, peak,
                  peak / b.peak(top), 1.2)
        print("  (400 files: beside ten times the gzip of 40; memory beside that of 40 files)")


class Served(http.server.BaseHTTPRequestHandler):
    """One file, whatever is asked for, over connections that stay."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self):
        self.wfile.write(self.server.answer)

    def log_message(self, *args):
        pass


def fetch_rows(b, small):
    """From a server of our own: one URL beside the file, and many beside what curl takes."""
    names = [name for name in ("one URL", "200 URLs") if wanted("fetching", name)]
    if not names:
        return
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Served) as server:
        with open(small, "rb") as file:
            body = file.read()
        server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/p"
        os.environ["CPROF_SAVE"] = "off"
        print(f"\nfetching a profile of {len(body)} bytes")
        if "one URL" in names:
            file, fetched = b.beside(b.cprof("-top", small), b.cprof("-top", url))
            met = "met" if fetched - file <= 0.006 else "MISSED"
            print(f"  {'one URL':34} {file * 1000:8.2f} ms the file, {fetched * 1000:.2f} ms the URL:"
                  f" {(fetched - file) * 1000:.2f} ms more  {met} (6 ms)")
        if "200 URLs" in names and shutil.which("curl"):
            urls = [f"{url}?{i}" for i in range(200)]
            curl, fetched = b.beside(f"curl -s --parallel --parallel-max 16 -o /dev/null {url}?[1-200]",
                                     b.cprof("-top", *urls))
            print(f"  {'200 URLs, merged, beside curl':34} {curl:8.4f} {fetched:8.4f} "
                  f"{fetched / curl:6.2f}  {verdict(fetched / curl, 3)}")
        server.shutdown()


GROWTH = {"functions": ["--functions", "10000"],
          "labels": ["--labels", "0"], "depth": ["--depth", "6"]}
GROWN = {"functions": ["--functions", "100000"],
         "labels": ["--labels", "4"], "depth": ["--depth", "60"]}
FIXED = {"functions": ["--samples", "100000"], "labels": ["--samples", "300000"],
         "depth": ["--samples", "100000"]}


def growth_rows(b, folder):
    names = [name for name in GROWTH if wanted("growth", name)]
    if names:
        print_head("growth: ten times as much (labels: four instead of none)")
    for name in names:
        commands = []
        for kind, settings in (("less", GROWTH[name]), ("more", GROWN[name])):
            path = f"{folder}/{name}.{kind}.pb.gz"
            if not os.path.exists(path):
                subprocess.run([b.options.generator, *FIXED[name], *settings, path], check=True)
            commands.append(b.cprof("-top", "-threads=1", path))
        less, more = (b.seconds(c) for c in commands)
        peaks = [b.peak(c) for c in commands]
        print_row(name, less, more, 11, peaks[1], peaks[1] / peaks[0], 11)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cprof", required=True)
    parser.add_argument("--measure", required=True)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--small", required=True, help="a small gzipped profile")
    parser.add_argument("--big", required=True, help="a big gzipped profile")
    options = parser.parse_args()
    b, big, folder = Bench(options), options.big, os.path.dirname(os.path.abspath(options.big))
    raw = size_inflated([big])
    against(b, "big profile", "gzip -dc", f"gzip -dc {shlex.quote(big)}",
            list(big_rows(b, big)), raw)
    yard = f"gzip -dc {shlex.quote(big)} | gzip -1"
    against(b, "writing a profile", "gzip -dc | gzip -1", yard,
            [("-proto", b.cprof("-proto", big), 1.2, 3.5)], raw)
    write_rows(b, big, raw)
    merge_rows(b, folder)
    fetch_rows(b, options.small)
    growth_rows(b, folder)
    if shutil.which("go") and ONLY.pattern == "go":
        command = f"go tool pprof -top {shlex.quote(big)}"
        print(f"\ngo tool pprof -top: {b.seconds(command, 1):.1f} s, "
              f"{b.peak(command) / MIB:.0f} MiB")


if __name__ == "__main__":
    main()
