# SPDX-License-Identifier: Apache-2.0
"""Each rule of -hints has a profile in testdata/hints where it fires and one where it must not."""

import json

import tap
from tap import TESTDATA, must

PROFILES = TESTDATA / "hints"
SOURCE = ["-source_path=src/hints", "-trim_path=example.com/hints"]
NEED_SOURCE = {"bytes-string", "concatenation", "map-growth"}


def hints(name, *flags):
    return json.loads(must("-hints", "-format=json", *flags, PROFILES / name))["rows"]


def rules():
    return sorted(p.name.removesuffix(".yes.pb.gz") for p in PROFILES.glob("*.yes.pb.gz"))


def each_rule_fires_on_its_profile():
    assert len(rules()) >= 13
    for rule in rules():
        rows = hints(rule + ".yes.pb.gz", *SOURCE)
        assert rows and rows[0]["rule"] == rule and rows[0]["share"] > 0.5, (rule, rows)
        if rule != "goroutines":
            assert rows[0]["file"].endswith("main.go") and rows[0]["line"] > 0, (rule, rows)
            assert rows[0]["source"] and rows[0]["function"].startswith("main."), (rule, rows)


def no_rule_fires_where_it_must_not():
    for rule in rules():
        assert hints(rule + ".no.pb.gz", *SOURCE) == [], rule


def without_the_source_nothing_is_said_that_only_it_can_tell():
    for rule in rules():
        for row in hints(rule + ".yes.pb.gz"):
            assert "source" not in row and row["rule"] not in NEED_SOURCE, (rule, row)


def time_in_a_buffer_that_does_not_grow_is_no_growth():
    rows = json.loads(must("-hints", "-format=json", "bench_cpu.pb.gz"))["rows"]
    assert [(r["rule"], r["function"]) for r in rows] == [
        ("concatenation", "example.com/bench.Plus")] * 2, rows


def nothing_to_say_is_a_sentence():
    text = must("-hints", *SOURCE, PROFILES / "append-growth.no.pb.gz").decode()
    assert "\nNo hints: " in text and "3%" in text, text


tap.run([each_rule_fires_on_its_profile, no_rule_fires_where_it_must_not,
         without_the_source_nothing_is_said_that_only_it_can_tell,
         time_in_a_buffer_that_does_not_grow_is_no_growth, nothing_to_say_is_a_sentence])
