#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Flame graphs: their numbers are those of traces, top and peek."""

import json
from collections import defaultdict

import tap
from documents import checked
from tap import must

CPU = "service_before_cpu.pb.gz"
PROFILES = [CPU, "workers_cpu.pb.gz", "config_heap.pb.gz", "parcels_mem.1.pb.gz",
            "workers_block.pb.gz", "edge/recursion.pb.gz"]
BOTH = ["-diff_base=service_before_cpu.pb.gz", "service_after_cpu.pb.gz"]
WIDE = "-width=100000"


def report(name, *args):
    return checked(json.loads(must(f"-{name}", "-format=json", *args)))


class Flame:
    """A flame graph with its frames as dicts, and their paths."""

    def __init__(self, *args, tree=None):
        self.whole = report("flame", *args)["flame"]
        self.names = [self.whole["paths"][p] + n for p, n in zip(self.whole["path"], self.whole["names"])]
        at = self.whole[tree] if tree else self.whole
        columns = {"cum", "flat", "before", "after", "flat_before", "flat_after"} & at.keys()
        self.frames = [{c: at[c][i] for c in columns} for i in range(len(at["parents"]))]
        for i, frame in enumerate(self.frames):
            above = self.frames[at["parents"][i]] if i else None
            frame["name"] = self.names[at["name"][i]]
            frame["path"] = above["path"] + (frame["name"],) if above else ()
            frame["width"] = at["width"][i] if "width" in at else frame["cum"]
            frame["children"] = 0
            if above:
                above["children"] += frame["width"]
        self.view = self.frames[self.whole["zoom"]]

    def by_path(self):
        return {frame["path"]: frame for frame in self.frames}

    def classes(self):
        return {name: self.whole["classes"][kind]
                for name, kind in zip(self.names, self.whole["kinds"])}


def paths_of_traces(path, up=False):
    """By path from the root, or from the leaf: cum and flat."""
    found = defaultdict(lambda: [0, 0])
    for row in report("traces", path)["rows"]:
        names = [frame["name"] for frame in row["stack"]]
        names = names if up else names[::-1]
        for n in range(1, len(names) + 1):
            found[tuple(names[:n])][0] += row["value"]
        found[tuple(names[:1] if up else names)][1] += row["value"]
    return {path: tuple(sums) for path, sums in found.items() if sums[0]}


def frames_are_the_paths_of_traces():
    for path in PROFILES:
        for up in (False, True):
            flame = Flame(WIDE, f"-flipped={up}".lower(), path)
            least = flame.whole["least"]
            expected = {p: s for p, s in paths_of_traces(path, up).items() if s[0] >= least}
            found = {p: (f["cum"], f["flat"]) for p, f in flame.by_path().items() if p}
            assert found == expected, (path, up, set(found.items()) ^ set(expected.items()))


def first_levels_are_the_entries_of_top():
    for path in PROFILES:
        rows = report("top", "-trim=false", path)["rows"]
        flats = {row["name"]: row["flat"] for row in rows if row["flat"]}
        flipped = Flame(WIDE, "-flipped", path)
        assert {f["path"][0]: f["cum"] for f in flipped.frames if len(f["path"]) == 1} == flats


def a_pivot_has_the_weight_of_its_row_and_the_calls_of_peek():
    name = "regexp.compile"
    top = {row["name"]: row for row in report("top", "-trim=false", CPU)["rows"]}
    callees = Flame(WIDE, f"-pivot=^{name}$", CPU)
    callers = Flame(WIDE, f"-pivot=^{name}$", CPU, tree="callers")
    for tree in (callees, callers):
        assert tree.frames[0]["name"] == name
        assert (tree.frames[0]["cum"], tree.frames[0]["flat"]) == (top[name]["cum"], top[name]["flat"])
    calls = {(row["relation"], row["name"]): row["calls"]
             for row in report(f"peek=^{name}$", CPU)["rows"] if row["relation"] != "self"}
    found = {(relation, f["path"][0]): f["cum"]
             for relation, tree in (("callee", callees), ("caller", callers))
             for f in tree.frames if len(f["path"]) == 1}
    assert found == calls


def frames_take_up_no_more_than_their_parents():
    for args in ([], ["-flipped"], ["-pivot=."], ["-width=50"]):
        for profile in ([CPU], BOTH, ["-base=cache_heap.1.pb.gz", "cache_heap.3.pb.gz"]):
            flame = Flame(*args, *profile)
            for frame in flame.frames:
                assert frame["children"] <= frame["width"], frame
                assert frame["width"] >= flame.whole["least"]
            widths = [f["width"] for f in flame.frames if f["path"][:-1] == flame.view["path"]]
            assert widths == sorted(widths, reverse=True)


def comparisons_keep_both_sides():
    flame = Flame(WIDE, *BOTH)
    sides = {side: {f["path"]: f for f in Flame(WIDE, path).frames}
             for side, path in (("before", CPU), ("after", BOTH[1]))}
    for frame in flame.frames:
        for side, frames in sides.items():
            whole = frames.get(frame["path"], {"cum": 0, "flat": 0})
            assert frame[side] == whole["cum"] and frame[f"flat_{side}"] == whole["flat"]
        assert frame["cum"] == frame["after"] - frame["before"]


def zooming_shows_what_is_below_a_path():
    whole, part = Flame(WIDE, CPU), Flame(WIDE, "-zoom=runtime.main;main.main", CPU)
    below = {p: f["cum"] for p, f in whole.by_path().items() if p[:2] == part.view["path"]}
    found = {p: f["cum"] for p, f in part.by_path().items() if p[:2] == part.view["path"]}
    assert part.view["path"] == ("runtime.main", "main.main")
    assert below.items() <= found.items()
    narrow = Flame("-width=50", CPU), Flame("-width=50", f"-zoom={';'.join(part.view['path'])}", CPU)
    assert narrow[1].whole["least"] < narrow[0].whole["least"]
    assert Flame("-zoom=runtime.main;nowhere", CPU).view["path"] == ("runtime.main",)


def only_so_many_rows_and_frames_are_shown():
    assert max(len(f["path"]) for f in Flame("-depth=4", CPU).frames) == 4
    assert Flame("-depth=4", CPU).whole["folded"] > 0
    assert Flame(WIDE, "edge/recursion.pb.gz").whole["folded"] == 0
    done = tap.cprof("-flame", "-width=100001", CPU)
    assert done.returncode == 2 and b"width" in done.stderr


def names_tell_whose_code_it_is():
    classes = Flame(WIDE, CPU).classes()
    assert classes["main.main"] == "own"
    assert classes["example.com/service/internal/render.Simple.Page"] == "own"
    assert classes["regexp.compile"] == "library"
    assert classes["runtime.mallocgc"] == "runtime"
    classes = Flame(WIDE, "-own=^regexp", CPU).classes()
    assert classes["main.main"] == "library" and classes["regexp.compile"] == "own"
    assert "tag" in Flame("-tagroot=tenant", "workers_cpu.pb.gz").classes().values()


def what_matches_nothing_is_an_error():
    done = tap.cprof("-flame", "-pivot=nowhere", CPU)
    assert done.returncode == 1 and b"no matches found for regexp: nowhere" in done.stderr
    done = tap.cprof("-flame", "-pivot=(", CPU)
    assert done.returncode == 2, done


if __name__ == "__main__":
    tap.run([frames_are_the_paths_of_traces, first_levels_are_the_entries_of_top,
             a_pivot_has_the_weight_of_its_row_and_the_calls_of_peek,
             frames_take_up_no_more_than_their_parents, comparisons_keep_both_sides,
             zooming_shows_what_is_below_a_path, only_so_many_rows_and_frames_are_shown,
             names_tell_whose_code_it_is, what_matches_nothing_is_an_error])
