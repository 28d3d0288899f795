# SPDX-License-Identifier: Apache-2.0
"""Measures commands in turns, and knows how much of the machine others used meanwhile.

Ratios carry over from machine to machine where seconds do not, but only if nothing else runs: two
programs that wait for memory slow each other down, one that only counts goes on as before.
"""

import dataclasses
import os
import resource
import statistics
import subprocess
import time

OTHERS_MOST = 0.1  # of the machine
RUNS_LEAST = 3     # that nothing disturbed


@dataclasses.dataclass
class Run:
    """One command: seconds, bytes, page faults; and the share of the machine that others used."""

    wall: float
    peak: float
    user: float
    system: float
    faults: float
    others: float = 0.0

    @property
    def cpu(self):
        return self.user + self.system


def busy_seconds():
    """Of all processors since they were started, also what a host took away."""
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = [int(n) for n in stat.readline().split()[1:9]]
    idle, waiting = ticks[3], ticks[4]
    return (sum(ticks) - idle - waiting) / os.sysconf("SC_CLK_TCK")


def own_seconds():
    """Of this process and of the children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


class Machine:
    """Runs commands by the program `measure`, which see for what it prints."""

    def __init__(self, measure):
        self.measure = measure

    def run(self, command, times=1):
        """Medians of some runs in a row: a clock of 100 ticks a second cannot tell of one that is
        short."""
        began, busy, own = time.monotonic(), busy_seconds(), own_seconds()
        done = subprocess.run([self.measure, str(times), *command], check=True,
                              capture_output=True, text=True)
        others = busy_seconds() - busy - (own_seconds() - own)
        share = others / (time.monotonic() - began) / os.cpu_count()
        rows = zip(*(map(int, line.split()) for line in done.stdout.splitlines()))
        wall, peak, user, system, faults = (statistics.median(row) for row in rows)
        return Run(wall / 1e9, peak * 1024, user / 1e6, system / 1e6, faults, max(share, 0))

    def turns(self, commands, rounds, times=1):
        """All commands once in each round. By name: what each of them took."""
        taken = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                taken[name].append(self.run(command, times))
        return {name: Measured(runs) for name, runs in taken.items()}


class Measured:
    """The runs of a command, of which those count that nothing disturbed."""

    def __init__(self, runs):
        quiet = [run for run in runs if run.others <= OTHERS_MOST]
        self.is_quiet = len(quiet) >= min(RUNS_LEAST, len(runs))
        self.runs = quiet if self.is_quiet else runs
        self.others = statistics.median(run.others for run in runs)

    def __getattr__(self, name):
        if name not in ("wall", "peak", "user", "system", "faults", "cpu"):
            raise AttributeError(name)
        return statistics.median(getattr(run, name) for run in self.runs)
