# SPDX-License-Identifier: Apache-2.0
"""Each rule of -hints has a profile in testdata/hints where it fires and one where it must not."""

import json
import re

import tap
from tap import ROOT, TESTDATA, must

PROFILES = TESTDATA / "hints"
SOURCE = ["-source_path=src/hints", "-trim_path=example.com/hints"]
NEED_SOURCE = {"bytes-string", "concatenation", "map-growth"}
NO_LINE = {"goroutines", "idle-heap", "no-collection"}  # of the program's own


def hints(name, *flags):
    path, = PROFILES.glob(name + ".*")
    return json.loads(must("-hints", "-format=json", *flags, path))["rows"]


def rules():
    return sorted({p.name.split(".")[0] for p in PROFILES.glob("*.yes.*")})


def each_rule_fires_on_its_profile():
    for rule in rules():
        rows = hints(rule + ".yes", *SOURCE)
        assert rows and rows[0]["rule"] == rule, (rule, rows)
        assert rows[0]["share"] > (0.2 if rule == "idle-heap" else 0.5), (rule, rows)
        if rule in NO_LINE:
            continue
        assert rows[0]["line"] > 0 and rows[0]["function"].startswith("main."), (rule, rows)
        if rule != "piecewise-growth":  # which is what remains where the text is not found
            assert rows[0]["file"].endswith("main.go") and rows[0]["source"], (rule, rows)


def time_is_seen_as_memory_is():
    found = sorted(p.name.split(".")[0] for p in PROFILES.glob("*.cpu.yes.*"))
    assert len(found) == 8, found
    for rule in found:
        for flags in (SOURCE, []):
            rows = hints(rule + ".cpu.yes", *flags)
            assert rows and rows[0]["rule"] == rule and rows[0]["share"] > 0.3, (rule, rows)
            assert rows[0]["function"].startswith("main.") and rows[0]["line"] > 0, (rule, rows)
        assert hints(rule + ".cpu.no", *SOURCE) == [], rule


def each_rule_has_its_profiles():
    table = (ROOT / "src/report/hintrules.c").read_text()
    assert set(re.findall(r'\.hint = {"([a-z-]+)"', table)) == set(rules())
    assert {p.name.split(".")[0] for p in PROFILES.glob("*.no.*")} == set(rules())


def no_rule_fires_where_it_must_not():
    for rule in rules():
        assert hints(rule + ".no", *SOURCE) == [], rule


def without_the_source_nothing_is_said_that_only_it_can_tell():
    for rule in rules():
        for row in hints(rule + ".yes"):
            assert "source" not in row and row["rule"] not in NEED_SOURCE, (rule, row)


def time_in_a_buffer_that_does_not_grow_is_no_growth():
    rows = json.loads(must("-hints", "-format=json", "bench_cpu.pb.gz"))["rows"]
    assert [(r["rule"], r["function"]) for r in rows] == [
        ("concatenation", "example.com/bench.Plus")] * 2, rows


def nothing_to_say_is_a_sentence():
    text = must("-hints", *SOURCE, PROFILES / "append-growth.no.pb.gz").decode()
    assert "\nNo hints: " in text and "3%" in text, text


tap.run([each_rule_fires_on_its_profile, time_is_seen_as_memory_is, each_rule_has_its_profiles,
         no_rule_fires_where_it_must_not,
         without_the_source_nothing_is_said_that_only_it_can_tell,
         time_in_a_buffer_that_does_not_grow_is_no_growth, nothing_to_say_is_a_sentence])
