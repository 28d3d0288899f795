#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints how long commands take and how much memory, as ratios to one measured beside them.

Ratios carry over from machine to machine where seconds do not. Nothing here passes or fails by time.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile

MEASURE_ROUNDS = 3  # so that what slows the machine for a while slows all commands


def measure(helper, commands, runs):
    """Medians of wall seconds and of peak MiB for each command."""
    wall = {name: [] for name in commands}
    peak = {name: [] for name in commands}
    for _ in range(MEASURE_ROUNDS):
        for name, command in commands.items():
            share = str(max(1, runs // MEASURE_ROUNDS))
            done = subprocess.run([helper, share, *command], check=True, capture_output=True,
                                  text=True)
            for line in done.stdout.splitlines():
                nanoseconds, kib = line.split()
                wall[name].append(int(nanoseconds) / 1e9)
                peak[name].append(int(kib) / 1024)
    return {name: (statistics.median(wall[name]), statistics.median(peak[name]))
            for name in commands}


def hyperfine_times(commands, runs):
    """Medians of wall seconds for each command."""
    with tempfile.NamedTemporaryFile(suffix='.json') as report:
        arguments = ['hyperfine', '-N', '--style', 'none', '--warmup', '1', '--runs', str(runs),
                     '--export-json', report.name]
        lines = [' '.join("'" + word + "'" for word in command) for command in commands.values()]
        subprocess.run(arguments + lines, check=True, stderr=subprocess.DEVNULL)
        results = json.load(report)['results']
    return dict(zip(commands, (result['median'] for result in results)))


def table(title, helper, base, commands, runs):
    """Runs the commands and prints a row for each; base is the command to compare with."""
    hyperfine = shutil.which('hyperfine')
    rows = measure(helper, commands, MEASURE_ROUNDS if hyperfine else runs)
    if hyperfine:
        times = hyperfine_times(commands, max(runs, 2))
        rows = {name: (times[name], peak) for name, (_, peak) in rows.items()}
    width = max(map(len, commands))
    print(title)
    print(f'  {"":{width}}  {"wall":>10}  {"ratio":>7}  {"peak":>9}  {"ratio":>7}')
    for name, (wall, peak) in rows.items():
        print(f'  {name:{width}}  {wall * 1000:8.2f}ms  {wall / rows[base][0]:7.2f}'
              f'  {peak:6.1f}MiB  {peak / rows[base][1]:7.2f}')


def describe(path):
    return f'{os.path.basename(path)} ({os.path.getsize(path):,} bytes)'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cprof', required=True)
    parser.add_argument('--measure', required=True)
    parser.add_argument('--small', required=True, help='a small gzipped profile')
    parser.add_argument('--big', required=True, help='a big gzipped profile')
    parser.add_argument('--runs', type=int, default=9, help='of the big profile')
    options = parser.parse_args()

    small = {'true': ['true'], 'cprof -top': [options.cprof, '-top', options.small]}
    if shutil.which('go'):
        small['go tool pprof -top'] = ['go', 'tool', 'pprof', '-top', options.small]
    table(describe(options.small), options.measure, 'true', small, 10 * options.runs)

    big = {'gzip -dc': ['gzip', '-dc', options.big],
           'cprof -top': [options.cprof, '-top', options.big]}
    table(describe(options.big), options.measure, 'gzip -dc', big, options.runs)


if __name__ == '__main__':
    main()
