#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up the profiles whose names stand on standard input, one a line, on the workers of Dask.

usage: fleet.py [-s tcp://SCHEDULER:8786] [-n 250] [-w 2] -o all.pb.gz < LIST

Without -s the workers are -w processes of this machine. Batches of at least -n profiles become one
each, then those of a tree, until one is left: what one run of cprof over the list would write. All
workers have to reach the files and the folder of the output, and have cprof on their PATH.
"""
import argparse
import os
import subprocess
import sys
import tempfile

from distributed import Client, LocalCluster, progress

FAN_IN = 16


def merge(names, out):
    """Writes the sum of some profiles; what has failed for good, by cprof's exit status, is told."""
    done = subprocess.run(["cprof", "-proto", "-threads=1", "-files_from=-", f"-output={out}"],
                          input="\0".join(names) + "\0", text=True, stderr=subprocess.PIPE)
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or f"cprof ended with {done.returncode}")
    return out


def reduce_tree(client, parts, folder):
    """Futures of sums of sums, until there is one."""
    level = 0
    while len(parts) > 1:
        level += 1
        groups = [parts[i:i + FAN_IN] for i in range(0, len(parts), FAN_IN)]
        parts = [client.submit(merge, group, f"{folder}/{level}.{i}.pb.gz", retries=3)
                 for i, group in enumerate(groups)]
    return parts[0]


def main():
    options = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1].removeprefix("usage: "))
    options.add_argument("-s", dest="scheduler")
    options.add_argument("-n", dest="batch", type=int, default=250)
    options.add_argument("-w", dest="workers", type=int, default=2)
    options.add_argument("-o", dest="output", required=True)
    given = options.parse_args()
    names = [os.path.abspath(line) for line in sys.stdin.read().splitlines() if line]
    if not names:
        sys.exit("fleet.py: the list names no files")
    where = given.scheduler or LocalCluster(n_workers=given.workers, threads_per_worker=1)
    output = os.path.abspath(given.output)
    with Client(where) as client, tempfile.TemporaryDirectory(dir=os.path.dirname(output)) as folder:
        parts = [client.submit(merge, names[i:i + given.batch], f"{folder}/0.{i}.pb.gz", retries=3)
                 for i in range(0, len(names), given.batch)]
        last = reduce_tree(client, parts, folder)
        if sys.stderr.isatty():
            progress(last)
        os.replace(last.result(), output)


if __name__ == "__main__":
    main()
