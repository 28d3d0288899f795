# SPDX-License-Identifier: Apache-2.0
"""Noise: whether what cprof says of it holds for programs whose truth is known.

usage: noise.py CPROF [RUNS]

Profiles are made as an allocator and a timer make them, with a generator whose seed is fixed. The
tolerances are three standard deviations of the number of runs that a statement holds for, and half
a percent for what the normal distribution is not.
"""

import csv
import json
import math
import random
import re
import sys

import documents
import pb
import tap
from tap import must

RUNS = int(sys.argv[2]) if len(sys.argv) > 2 else 300
RATE = 512 << 10
HEAP = [("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"),
        ("inuse_space", "bytes")]
# What each function allocates: objects of a size.
PROGRAM = {"tiny": [(2000000, 48)], "small": [(60000, 1024)], "page": [(20000, 8192)],
           "large": [(900, 256 << 10)], "huge": [(150, 1 << 20)], "mixed": [(40000, 512), (300, 400000)]}


def hits(chance, n, p):
    """How many of n things happen, each with the probability p: the gaps between are geometric."""
    count, at = 0, 0
    while True:
        at += 1 + int(math.log(1 - chance.random()) / math.log1p(-p)) if p < 1 else 1
        if at > n:
            return count
        count += 1


def allocated(chance, program):
    """The profile of a run, as Go writes it."""
    samples = []
    for name, sorts in program.items():
        for n, size in sorts:
            p = -math.expm1(-size / RATE)
            k = hits(chance, n, p)
            values = [int(k / p), int(k * size / p)]
            if k:
                samples.append(([name, "main"], values + [values[0] // 2, values[1] // 2],
                                ("bytes", size)))
    return documents.written(pb.profile_of_samples(HEAP, samples, ("space", "bytes"), RATE))


def timed(chance, program, period=10_000_000):
    """Ticks hit a function that takes n periods so often on the average."""
    samples = []
    for name, n in program.items():
        k = hits(chance, n * 10000, 1e-4)
        if k:
            samples.append(([name, "main"], [k, k * period]))
    types = [("samples", "count"), ("cpu", "nanoseconds")]
    return documents.written(pb.profile_of_samples(types, samples, ("cpu", "nanoseconds"), period))


def number(text):
    return float(re.match(r"-?[\d.]+", text)[0])


def intervals(*args):
    """By function: its cum and its ±; under "total" the sum and the ± of that."""
    text = must("-top", "-noise", "-trim=false", "-unit=B", *args).decode()
    head, rows = text.split("cum%\n")
    out = {}
    for row in rows.splitlines():
        words = row.split()
        out[words[-1]] = number(words[-4]), number(words[-3])
    return out, number(re.search(r"; (\S+) in total", head)[1])


def check_share(holds, nominal, what):
    share = sum(holds) / len(holds)
    slack = 3 * math.sqrt(nominal * (1 - nominal) / len(holds)) + 0.005
    assert abs(share - nominal) <= slack, (what, share, nominal, slack)


def check_coverage(truths, runs):
    """runs: what intervals() says, of each."""
    for name, truth in truths.items():
        # A difference that happens to be 0 is not shown, nor is its ±.
        usual = sum(out[name][1] for out, _ in runs if name in out) / len(runs)
        found = [out.get(name, (0, usual)) for out, _ in runs]
        inside = [abs(value - truth) <= margin for value, margin in found]
        check_share(inside, 0.95, name)
    inside = [abs(out["main"][0] - sum(truths.values())) <= total for out, total in runs]
    check_share(inside, 0.95, "total")


def bytes_of(program, size=lambda size: size):
    return {name: sum(n * size(s) for n, s in sorts) for name, sorts in program.items()}


def a_heap_profile():
    chance = random.Random(1)
    paths = [allocated(chance, PROGRAM) for _ in range(RUNS)]
    check_coverage(bytes_of(PROGRAM), [intervals("-alloc_space", path) for path in paths])
    check_coverage(bytes_of(PROGRAM, lambda size: 1),
                   [intervals("-alloc_objects", path) for path in paths])


def a_comparison_of_two_runs():
    chance = random.Random(2)
    more = {name: [(n * 6 // 5, size) for n, size in sorts] for name, sorts in PROGRAM.items()}
    truths = {name: value / 5 for name, value in bytes_of(PROGRAM).items()}
    runs = [intervals("-alloc_space", f"-diff_base={allocated(chance, PROGRAM)}",
                      allocated(chance, more)) for _ in range(RUNS)]
    check_coverage(truths, runs)


def a_cpu_profile():
    chance = random.Random(3)
    program = {"hot": 900, "warm": 250, "cold": 60}
    paths = [timed(chance, program) for _ in range(RUNS)]
    truths = {name: n * 10_000_000 for name, n in program.items()}
    text = lambda path: intervals("-unit=ns", path)
    check_coverage(truths, [text(path) for path in paths])
    check_coverage(program, [intervals("-sample_index=samples", path) for path in paths])


def scales_keep_their_meaning():
    """A mean of two runs, and a profile that was scaled down, have errors to scale."""
    chance = random.Random(4)
    one, two = allocated(chance, PROGRAM), allocated(chance, PROGRAM)
    both, total = intervals("-alloc_space", one, two)
    mean, mean_total = intervals("-alloc_space", "-divide_by=2", one, two)
    for name, (value, margin) in both.items():
        assert abs(mean[name][0] - value / 2) <= 1 and abs(mean[name][1] - margin / 2) <= 1
    assert abs(mean_total - total / 2) <= 1
    tenfold = {name: [(10 * n, size) for n, size in sorts] for name, sorts in PROGRAM.items()}
    long = allocated(chance, tenfold)
    alone, _ = intervals("-alloc_space", long)
    base, _ = intervals("-alloc_space", one)
    compared, _ = intervals("-alloc_space", "-normalize", f"-diff_base={one}", long)
    scale = base["main"][0] / alone["main"][0]
    for name, (_, margin) in compared.items():
        expected = math.hypot(base[name][1], scale * alone[name][1])
        assert abs(margin / expected - 1) < 1e-3, (name, margin, expected)


def fires(gate, before, after, confidence=95):
    done = tap.cprof(f"-fail_if={gate}", f"-confidence={confidence}", "-alloc_space",
                     f"-diff_base={before}", after)
    assert done.returncode in (0, 3), done.stderr
    return done.returncode == 3


def false_alarms_are_as_rare_as_asked_for():
    chance = random.Random(5)
    pairs = [(allocated(chance, PROGRAM), allocated(chance, PROGRAM)) for _ in range(RUNS)]
    check_share([not fires("total > +0", *pair) for pair in pairs], 0.95, "total")
    check_share([not fires("total > +0", *pair, 80) for pair in pairs], 0.8, "total at 80")
    check_share([not fires("total < +0", *pair) for pair in pairs], 0.95, "less")
    # Shared among the functions, it is what was asked for at most.
    alarms = sum(fires("any_flat > +0", *pair) for pair in pairs)
    assert alarms <= RUNS * 0.05 + 3 * math.sqrt(RUNS * 0.05 * 0.95), alarms
    # Of a limit that is met exactly, and in percent.
    more = {name: [(n * 11 // 10, size) for n, size in sorts] for name, sorts in PROGRAM.items()}
    pairs = [(allocated(chance, PROGRAM), allocated(chance, more)) for _ in range(RUNS)]
    check_share([not fires("total > +10%", *pair) for pair in pairs], 0.95, "percent")
    # And what has doubled is seen.
    twice = {name: [(n * 2, size) for n, size in sorts] for name, sorts in PROGRAM.items()}
    assert all(fires("total > +50%", before, allocated(chance, twice)) for before, _ in pairs[:50])


def what_was_never_sampled():
    """3R bytes of a function leave no sample in one run of twenty, in objects of any size."""
    chance = random.Random(6)
    for size in (64, 52_429, 314_573):
        n = math.ceil(3 * RATE / size)
        p = -math.expm1(-size / RATE)
        missed = sum(hits(chance, n, p) == 0 for _ in range(4000)) / 4000
        assert abs(missed - 0.05) < 0.012, (size, missed)
    text = must("-top", "-noise", "-alloc_space", allocated(chance, {"f": [(1000, 65536)]})).decode()
    assert "below 1.50MB where there are no samples" in text


def a_bound_is_not_scaled_with_the_other_side():
    """What the base has no sample of may be 3R of its own bytes, however long the other run was."""
    chance = random.Random(7)
    tenfold = {name: [(10 * n, size) for n, size in sorts] for name, sorts in PROGRAM.items()}
    base, after = allocated(chance, PROGRAM), allocated(chance, tenfold | {"new": [(9000, 8192)]})
    args = ["-alloc_space", "-normalize", f"-diff_base={base}", after]
    done = tap.cprof("-top", "-format=json", "-confidence=95", "-fail_if=flat(^new$) > +10%", *args)
    gate = documents.checked(json.loads(done.stdout))["gates"][0]
    alone, _ = intervals("-alloc_space", after)
    error = alone["new"][1] / 1.959963985 * gate["found"]["after"] / alone["new"][0]
    expected = math.hypot(1.6448536 * error, 1.1 * -math.log(0.05) * RATE)
    assert abs(gate["found"]["margin"] / expected - 1) < 1e-3, (gate, expected)


def what_is_used_is_said():
    noise = lambda *args: re.search("Noise: (.*)", must("-top", "-noise", *args).decode())[1]
    assert noise("cache_heap.3.pb.gz").startswith("± is 95%; ")
    assert "independent" in noise("-diff_base=parcels_mem.1.pb.gz", "parcels_mem.2.pb.gz")
    assert "at most, as snapshots" in noise("-base=cache_heap.1.pb.gz", "cache_heap.3.pb.gz")
    assert noise("sprintf_heap_rate1.pb.gz") == "none, as everything was recorded"
    for args in (["workers_mutex.pb.gz"], ["workers_block.pb.gz"], ["leak_goroutine.pb.gz"],
                 ["edge/gcu.pb.gz"], ["-mean", "workers_cpu.pb.gz"]):
        assert noise(*args).startswith("not known"), args


def columns_and_colours():
    args = ["-base=cache_heap.1.pb.gz", "cache_heap.3.pb.gz"]
    noisy = must("-top", "-noise", *args).decode().splitlines()
    start = noisy.index(next(line for line in noisy if line.startswith("      flat")))
    without = noisy[:start - 1] + [line[:10] + line[21:46] + line[57:] for line in noisy[start:]]
    assert without == must("-top", *args).decode().splitlines()
    bright = must("-top", "-noise", "-color=always", "-base=cache_heap.1.pb.gz",
                  "cache_heap.3.pb.gz").decode()
    assert "\x1b[2m       1MB     1.39MB\x1b[0m" in bright  # fmt.Sprintf is within noise
    assert "\x1b[31m   12.51MB\x1b[0m     6.12MB" in bright


def standard_errors_for_programs():
    """The ± is 1.96 of them."""
    args = ["-top", "-noise", "-diff_base=parcels_mem.1.pb.gz", "parcels_mem_more.pb.gz"]
    found = documents.checked(json.loads(must("-format=json", *args)))
    text, total = intervals(*args[2:])
    assert found["noise"]["sampling"] == "heap" and found["noise"]["upper_bound"] is False
    assert abs(found["noise"]["error_total"] * 1.959963985 - total) < 1
    rows = list(csv.DictReader(must("-format=csv", *args).decode().splitlines()))
    for row, line in zip(found["rows"], rows):
        assert abs(row["error_cum"] * 1.959963985 - text[row["name"].split()[0]][1]) < 1, row
        assert abs(float(line["error_cum (bytes)"]) - row["error_cum"]) < 1, line
        assert ("error_flat" in row) == (row["flat_before"] + row["flat_after"] > 0)
        assert ("error_flat" in row) == (line["error_flat (bytes)"] != "")
    markdown = must("-format=markdown", *args).decode()
    assert "| +1.19GB (+9.75%) ± 221.15MB | 12.23GB | 13.43GB |" in markdown
    assert "\nNoise: ± is 95% if the runs are independent; 225.51MB in total; " in markdown
    for path, sampling in (("sprintf_heap_rate1.pb.gz", "none"), ("workers_mutex.pb.gz", "unknown"),
                           ("workers_cpu.pb.gz", "cpu")):
        found = documents.checked(json.loads(must("-top", "-noise", "-format=json", path)))
        assert found["noise"]["sampling"] == sampling
        assert any("error_flat" in row for row in found["rows"]) == (sampling == "cpu")


def errors_in_a_tree_are_those_of_top():
    """Entries have a ±, their calls have none."""
    args = ["-noise", "-nodecount=0", "-diff_base=service_before_heap.pb.gz",
            "service_after_heap.pb.gz", "-alloc_space"]
    top = documents.checked(json.loads(must("-top", "-format=json", *args)))
    for report in ("-tree", "-peek=."):
        tree = documents.checked(json.loads(must(report, "-format=json", *args)))
        assert tree["noise"] == top["noise"]
        errors = {row["name"]: (row.get("error_flat"), row.get("error_cum"))
                  for row in tree["rows"] if row["relation"] == "self"}
        assert len(errors) > 10 and any(flat for flat, _ in errors.values())
        for row in top["rows"]:
            assert errors[row["name"]] == (row.get("error_flat"), row.get("error_cum")), row
        assert not any("error_cum" in row for row in tree["rows"] if row["relation"] != "self")
    noisy = must("-tree", *args).decode().splitlines()
    start = noisy.index(next(line for line in noisy if line.startswith("Noise: ")))
    plain = must("-tree", *args[1:]).decode().splitlines()
    entries = [line for line in noisy[start:] if " | " in line and "|   " not in line]
    assert [line[:10] + line[21:46] + line[57:] for line in entries] == \
        [line for line in plain[start:] if " | " in line and "|   " not in line]
    assert [line[22:] for line in noisy[start + 4:] if "|   " in line] == \
        [line for line in plain[start + 3:] if "|   " in line]


def other_reports_do_not_change():
    for report in ("traces", "raw", "proto", "dot", "list=main"):
        assert must(f"-{report}", "-noise", "-base=cache_heap.1.pb.gz", "cache_heap.3.pb.gz") == \
            must(f"-{report}", "-base=cache_heap.1.pb.gz", "cache_heap.3.pb.gz"), report


tap.run([a_heap_profile, a_comparison_of_two_runs, a_cpu_profile, scales_keep_their_meaning,
         false_alarms_are_as_rare_as_asked_for, what_was_never_sampled,
         a_bound_is_not_scaled_with_the_other_side, what_is_used_is_said,
         columns_and_colours, standard_errors_for_programs, errors_in_a_tree_are_those_of_top,
         other_reports_do_not_change])
