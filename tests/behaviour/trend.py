# SPDX-License-Identifier: Apache-2.0
"""Series of profiles: what is left out of them, their order, misuse, gates, and a service that
leaks."""

import gzip
import json
import os
import pathlib
import shutil
import subprocess

import tap
from documents import checked
from pb import field, profile_of_samples
from tap import ROOT, TESTDATA, cprof, must

TYPES = [("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"),
         ("inuse_space", "bytes")]
SECOND = 10**9
SIZE = 1 << 20


def heap(time, **functions):
    """A heap whose functions have so many objects allocated and in use, of 1 MB each."""
    samples = [([name], [alloc, alloc * SIZE, inuse, inuse * SIZE], ("bytes", SIZE))
               for name, (alloc, inuse) in functions.items()]
    out = profile_of_samples(TYPES, samples, ("space", "bytes"), 524288)
    return gzip.compress(out + (field(9, time) if time else b""), mtime=0)


def series(heaps):
    """The paths of profiles."""
    folder = pathlib.Path(tap.scratch("series"))
    folder.mkdir()
    for i, bytes_ in enumerate(heaps):
        (folder / f"{i:03}.pb.gz").write_bytes(bytes_)
    return sorted(folder.iterdir())


def growing(n, first=1, time=SECOND, start=0):
    return [heap((time * (3600 * i + 1)) if time else 0, leak=(start + first + 20 * i, first + 20 * i),
                 calm=(50, 50)) for i in range(n)]


def trend(*args):
    return json.loads(must("-trend", "-format=json", "-trim=false", *args))


def verdicts(*args):
    return {row["name"]: row["verdict"] for row in trend(*args)["rows"]}


def growth_is_told_and_calm_is_not():
    paths = series(growing(12))
    assert verdicts(*paths) == {"leak": "growing", "calm": "stable"}
    found = trend(*paths)
    leak = found["rows"][0]
    assert leak["first"] == SIZE and leak["last"] == 221 * SIZE
    assert abs(leak["slope_per_hour"] - 20 * SIZE) < 1, leak
    assert leak["values"] == [(1 + 20 * i) * SIZE for i in range(12)]
    assert found["total"]["name"] == "TOTAL" and found["total"]["verdict"] == "growing"


def documents_obey_the_schema():
    for args in (["-trend", "trend/sessions"], ["-leaks", "trend/sessions"],
                 ["-leaks", "formats/go1.26.goroutine2.txt"], ["-memstats", "formats/go1.19.heap.txt"],
                 ["-trend", "-trim=false", "trend/goroutines"], ["-hints", "sprintf_heap.pb.gz"]):
        checked(json.loads(must(*args, "-format=json")))


def a_folder_and_a_pattern_stand_for_their_files():
    paths = series(growing(8))
    want = verdicts(*paths)
    assert verdicts(paths[0].parent) == want
    assert verdicts(f"{paths[0].parent}/*.pb.gz") == want
    listed = pathlib.Path(tap.scratch("list"))
    listed.write_text("\n".join(map(str, paths)))
    assert verdicts(f"-files_from={listed}") == want


def time_is_the_order():
    paths = series(growing(8))
    turned = paths[::-1]
    assert trend(*turned)["rows"] == trend(*paths)["rows"]
    assert "order of their times" in must("-trend", *turned).decode()


def without_times_slopes_are_per_snapshot():
    paths = series(growing(8, time=0))
    leak = trend(*paths)["rows"][0]
    assert abs(leak["slope_per_snapshot"] - 20 * SIZE) < 1 and "slope_per_hour" not in leak
    assert "per snapshot" in must("-trend", *paths).decode()
    done = cprof("-trend", "-fail_if=time_to(2GiB) < 24h", *paths)
    assert done.returncode == 1 and b"have no times" in done.stderr, done


def repeats_are_left_out():
    paths = series([h for i in range(6) for h in growing(7)[i:i + 1] * 3])
    found = trend(*paths)
    assert found["series"]["snapshots"] == 18 and found["series"]["distinct"] == 6
    assert found["series"]["repeats"] == 12
    assert len(found["rows"][0]["values"]) == 6


def a_restart_cuts_the_series():
    before = [heap(SECOND * (i + 1), leak=(1000 + 20 * i, 20 * i + 5)) for i in range(5)]
    after = [heap(SECOND * (i + 100), leak=(1 + 20 * i, 1 + 20 * i)) for i in range(7)]
    paths = series(before + after)
    found = trend(*paths)
    assert found["series"]["restarts"] == 1 and found["series"]["before_restart"] == 5
    assert found["series"]["distinct"] == 7 and found["rows"][0]["verdict"] == "growing"
    assert "started anew" in must("-trend", *paths).decode()


def few_snapshots_tell_nothing():
    paths = series([heap(i * SECOND, leak=(5, 5)) for i in range(1, 4)])
    found = trend(*paths)
    assert {row["verdict"] for row in found["rows"]} == {"too few snapshots"}
    assert found["rows"][0]["slope_per_hour"] is None
    assert "Too few snapshots" in must("-leaks", *paths).decode()
    assert b"too few snapshots" in must("-trend", *series(growing(4)))


def fewer_than_three_files_are_misuse():
    paths = series(growing(2))
    for report in ("-trend", "-leaks"):
        done = cprof(report, *paths)
        assert done.returncode == 2 and b"-collect" in done.stderr, done
    done = cprof("-trend", *series(growing(4)), "-base=cache_heap.1.pb.gz")
    assert done.returncode == 2 and b"no base" in done.stderr, done


def gates_judge_series():
    paths = series(growing(12))
    for gate, status in (("growing(leak)", 3), ("growing(calm)", 0), ("slope(leak) > 10MB/h", 3),
                         ("slope(leak) > 1MB/s", 0), ("time_to(1GiB) < 48h", 3),
                         ("time_to(1TiB) < 1h", 0)):
        for args in ([], ["-trend"], ["-leaks"]):
            done = cprof(*args, f"-fail_if={gate}", *paths)
            assert done.returncode == status, (gate, args, done)


def the_limit_is_in_the_document():
    paths = series(growing(12))
    facts = checked(json.loads(must("-leaks", "-limit=1GiB", "-format=json", *paths)))["series"]
    assert facts["hours_to_limit"] > 30 and facts["hours_to_limit_high"] > facts["hours_to_limit"]
    assert trend(*paths)["series"]["hours_to_limit"] is None


def what_is_in_use_is_judged_where_nothing_was_chosen():
    paths = series([profile_of_samples(
        TYPES, [(["churn"], [100 * i, 100 * i * SIZE, 50 + i % 2, (50 + i % 2) * SIZE], ("bytes", SIZE))],
        ("space", "bytes"), 524288, "alloc_space") + field(9, SECOND * i) for i in range(1, 9)])
    assert trend(*paths)["type"] == "inuse_space"
    assert trend("-alloc_space", *paths)["rows"][0]["verdict"] == "growing"


def mem_stats_are_judged_since_the_last_restart():
    folder = pathlib.Path(tap.scratch("series"))
    folder.mkdir()
    for i in range(12):
        life = i if i < 4 else i - 4
        (folder / f"vars_host_20260102T1504{i:02}.000Z.txt").write_text(json.dumps({"memstats": {
            "TotalAlloc": (1000 if i < 4 else 10) + life, "NumGC": 5 + life, "Alloc": 5,
            "HeapInuse": (90 if i < 4 else 10) * 2**20 + life * 2**20}}))
    text = must("-memstats", folder).decode()
    assert "started anew once: verdicts are of the last 8" in text, text
    held, = series([heap(1767366304 * SECOND, held=(3, 3))])
    vars_ = pathlib.Path(tap.scratch("vars_host_20260102T150405.000Z.txt"))
    vars_.write_text(json.dumps({"memstats": {"TotalAlloc": 9, "HeapAlloc": 4 * SIZE}}))
    assert "accounts for 75% of HeapAlloc" in must("-memstats", vars_, held).decode()
    assert cprof("-memstats", held, held).returncode == 1
    done = cprof("-memstats", "-fail_if=memstats.HeapInuse: growing", folder)
    assert done.returncode == 3, done


def objects_are_told_apart_by_stack_and_size_alone():
    def tagged(i):
        parts = [(7 + i, 1), (93 - i, 2)]  # of 100 objects, by another tag
        samples = [(["held"], [n, n * SIZE, n, n * SIZE], ("bytes", SIZE), ("shard", tag))
                   for n, tag in parts]
        return profile_of_samples(TYPES, samples, ("space", "bytes"), 524288) + field(9, SECOND * i)
    found = trend(*series([tagged(i) for i in range(1, 7)]))
    assert found["series"]["distinct"] == 1 and found["series"]["repeats"] == 5, found["series"]


def a_gate_names_its_sample_type():
    paths = series(growing(12))
    policy = pathlib.Path(tap.scratch("policy"))
    policy.write_text("inuse_objects: slope(leak) > 1/h  # of objects\n")
    for gate, status in ((f"-policy={policy}", 3), ("-fail_if=inuse_objects: slope(leak) > 15/h", 3),
                         ("-fail_if=inuse_objects: slope(leak) > 21/h", 0)):
        done = cprof(gate, *paths)
        assert done.returncode == status and b"inuse_objects of leak" in done.stderr, (gate, done)


def goroutines(**counts):
    """A profile of goroutines: so many in a function that sends, and workers that receive."""
    stacks = {"stuck": ["runtime.gopark", "runtime.chansend1", "main.send", "main.main"],
              "workers": ["runtime.gopark", "runtime.chanrecv1", "main.work"],
              "listeners": ["internal/poll.runtime_pollWait", "net.(*conn).Read", "main.listen"],
              "busy": ["main.busy"]}
    samples = [(stacks[name], [n]) for name, n in counts.items() if n]
    return profile_of_samples([("goroutine", "count")], samples, ("goroutine", "count"), 1)


def one_sick_instance_shows():
    paths = series([goroutines(stuck=3000 if i == 7 else i % 3, workers=1500, listeners=1200 + i * 400,
                               busy=5000) for i in range(20)])
    text = must("-leaks", "-instances", *paths).decode()
    assert "1. chan send at" in text and "main.send" in text and "most: 3000 in 007.pb.gz" in text
    folder = pathlib.Path(tap.scratch("hosts"))
    for i, path in enumerate(paths):
        (folder / f"host{i}").mkdir(parents=True)
        path.rename(folder / f"host{i}" / "goroutine.pb.gz")
    paths = [folder / f"host{i}" / "goroutine.pb.gz" for i in range(20)]
    assert f"most: 3000 in {paths[7]}" in must("-leaks", "-instances", *paths).decode()
    assert "\n2. " not in text and "Other places: 2, of which 2 wait as they should" in text, text
    found = checked(json.loads(must("-leaks", "-instances", "-format=json", *paths)))
    assert found["rows"][0]["operation"] == "chan send" and found["rows"][0]["suspect"] == "yes"
    assert abs(found["rows"][0]["rms"] - (3000**2 / 20) ** .5) < 2
    assert "No place where 5000" in must("-leaks", "-instances", "-suspect=5000", *paths).decode()


def what_waits_as_it_should_is_told_by_its_kind_and_spread():
    def dump(i, state, n, minutes):
        return "".join(f"goroutine {g + 1} [{state}, {minutes(g)} minutes]:\nmain.wait()\n"
                       "\t/app/main.go:7 +0x2\n\n" for g in range(n + i % 2)).encode()

    for state, minutes, meant in (("chan receive", lambda g: 90, "yes"),
                                  ("chan send", lambda g: 90, "no"),
                                  ("chan receive", lambda g: 1 + g // 20, "no"),
                                  ("IO wait", lambda g: 1 + g // 20, "yes"),
                                  ("select (no cases)", lambda g: 90, "no")):
        rows = json.loads(must("-leaks", "-instances", "-suspect=300", "-format=json", *series(
            [dump(i, state, 400, minutes) for i in range(6)])))["rows"]
        assert rows[0]["meant"] == meant and (rows[0]["suspect"] == "no") == (meant == "yes"), rows


def goroutines_that_grow_are_told_beside_a_calm_heap():
    folder = pathlib.Path(tap.scratch("series"))
    folder.mkdir()
    for i in range(8):
        stamp = f"host_20260102T1504{i:02}.000Z.pb.gz"
        (folder / f"heap_{stamp}").write_bytes(heap(SECOND * (i + 1), calm=(50 + i, 50 + i % 2)))
        (folder / f"goroutine_{stamp}").write_bytes(
            gzip.compress(goroutines(stuck=100 + 50 * i, workers=4) + field(9, SECOND * (i + 1))))
    text = must("-leaks", folder).decode()
    assert "Nothing grows" in text and "But goroutines grow:\n   main.send, 100 -> 450" in text, text
    found = checked(json.loads(must("-leaks", "-format=json", folder)))
    assert found["series"]["goroutines_growing"] == 1 and found["rows"] == [], found


def heaps_of_one_collection_call_for_more():
    text = must("-leaks", *series([heap(SECOND * (i + 1), leak=(5, 5)) for i in range(9)])).decode()
    assert "Too few snapshots" in text and "heap?gc=1" in text, text


def a_heap_of_which_all_is_recorded_counts_objects():
    samples = [(["one"], [1, SIZE, 1, SIZE], ("bytes", SIZE)),
               (["many"], [100, 1600, 100, 1600], ("bytes", 16))]
    paths = series([gzip.compress(profile_of_samples(
        TYPES, [(s, [v * (i + 1) if s == ["many"] else v for v in values], label)
                for s, values, label in samples], ("space", "bytes"), 1) + field(9, SECOND * (i + 1)))
        for i in range(6)])
    rows = {row["name"]: row for row in trend(*paths)["rows"]}
    assert rows["one"]["hits"] == 1 and rows["one"]["verdict"] == "too few samples", rows
    assert rows["many"]["hits"] == 600 and rows["many"]["noise_se"] == 0, rows


def entries_have_a_place():
    rows = {row["name"]: row for row in json.loads(
        must("-trend", "-format=json", "trend/sessions"))["rows"]}
    leak = rows["main.(*session).addItems"]
    assert (leak["file"], leak["line"]) == ("example.com/sessions/main.go", 24), leak


def the_shell_has_them():
    script = b"trend\nleaks\nhints\n"
    done = cprof(*series(growing(8)), data=script)
    assert done.stdout.count(b"growing") >= 3 and b"No hints" in done.stdout, done
    done = cprof("formats/go1.19.heap.txt", data=b"memstats\n")
    assert b"HeapAlloc" in done.stdout, done


def leaks_name_line_and_source():
    text = must("-leaks", "-source_path=src/sessions", "-trim_path=example.com/sessions",
                "trend/sessions").decode()
    assert "made at main.go:24" in text and "make([]uint64, 40)" in text, text


def built(name):
    """The path of a Go program of testdata/src; skips where there is no Go."""
    go = shutil.which("go")
    if not go:
        raise tap.Skip("no go")
    path = tap.scratch(name)
    env = dict(os.environ, CGO_ENABLED="0", GOFLAGS="-mod=mod", GOPROXY="off",
               GOCACHE=tap.scratch("gocache"), GOPATH=tap.scratch("gopath"))
    if os.environ.get("HOME"):
        env.pop("GOCACHE")
    subprocess.run([go, "build", "-trimpath", "-o", path, "."], check=True, env=env,
                   cwd=TESTDATA / "src" / name)
    return path


def a_leaking_service_is_found_out():
    service = subprocess.Popen([built("leaky")], stdout=subprocess.PIPE, text=True)
    try:
        address = service.stdout.readline().strip()
        folder = tap.scratch("snapshots")
        done = cprof(f"-collect={folder}", "-interval=500ms", "-count=20", "-leaks",
                     "-fail_if=growing(remember)", f"http://{address}/debug/pprof/heap?gc=1",
                     f"http://{address}/debug/pprof/goroutine")
        assert done.returncode == 3, done
        assert done.stdout.count(b"\ngrowing: inuse_space of main.remember") == 1, done.stdout
        assert b"made at example.com/leaky/main.go:24" in done.stdout, done.stdout
        found = json.loads(must("-leaks", "-format=json", folder))
        leak = found["rows"][0]
        assert leak["verdict"] == "growing" and leak["own_function"] == "main.remember", found
        assert leak["own_file"].endswith("main.go") and leak["own_line"] == 24, leak
    finally:
        service.kill()


tap.run([growth_is_told_and_calm_is_not, documents_obey_the_schema,
         a_folder_and_a_pattern_stand_for_their_files, time_is_the_order,
         without_times_slopes_are_per_snapshot, repeats_are_left_out, a_restart_cuts_the_series,
         few_snapshots_tell_nothing, fewer_than_three_files_are_misuse, gates_judge_series,
         objects_are_told_apart_by_stack_and_size_alone, the_limit_is_in_the_document,
         a_gate_names_its_sample_type,
         mem_stats_are_judged_since_the_last_restart,
         what_is_in_use_is_judged_where_nothing_was_chosen,
         one_sick_instance_shows, what_waits_as_it_should_is_told_by_its_kind_and_spread,
         goroutines_that_grow_are_told_beside_a_calm_heap,
         heaps_of_one_collection_call_for_more, a_heap_of_which_all_is_recorded_counts_objects,
         entries_have_a_place, the_shell_has_them, leaks_name_line_and_source,
         a_leaking_service_is_found_out])
