# SPDX-License-Identifier: Apache-2.0
"""Gates: what they are judged by, what they say and how cprof ends."""

import json
import re

import documents
import pb
import tap
from tap import must

PASSED, FAILED, MISUSED, FIRED = 0, 1, 2, 3
SERVICE = ["-diff_base=service_before_heap.pb.gz", "-alloc_space", "service_after_heap.pb.gz"]
AGAIN = ["-diff_base=parcels_mem.1.pb.gz", "parcels_mem.2.pb.gz"]
MORE = ["-diff_base=parcels_mem.1.pb.gz", "parcels_mem_more.pb.gz"]


def judged(gates, *args, status, **more):
    """Standard error of a run with these gates, which has to end with the status."""
    gates = [gates] if isinstance(gates, str) else gates
    done = tap.cprof(*(f"-fail_if={gate}" for gate in gates), *args, **more)
    assert done.returncode == status, (gates, args, done.returncode, done.stderr)
    return done.stderr.decode()


def a_profile_by_itself():
    heap = ["-alloc_space", "service_after_heap.pb.gz"]  # 101.68MB
    for gate, status in (("total > 50MB", FIRED), ("total > 101MB", FIRED), ("total > 102MB", PASSED),
                         ("total < 102MB", FIRED), ("total <= 50MB", PASSED),
                         ("total > 0.05GB", FIRED), ("total > 51200kB", FIRED),
                         ("any_flat > 38MB", FIRED), ("any_flat > 39MB", PASSED),
                         ("any_cum > 101MB", FIRED), ("any_cum > 110MB", PASSED),
                         (r"flat(strings\..*) > 38MB", FIRED), (r"flat(json\..*) > 10MB", FAILED),
                         (r"cum(main\..*Handle) > 77MB", FIRED),
                         ("inuse_space: total > 50MB", PASSED),
                         ("alloc_objects: total > 100", FIRED)):
        judged(gate, *heap, status=status)


def the_examples():
    """The gates that the manual and the README show, on profiles that they fire on, and not."""
    handle = lambda weight: documents.written(pb.profile_of_samples(
        [("inuse_space", "bytes")], [(["main.work", "main.handle"], [weight])]))
    small, large = handle(5 << 20), handle(7 << 20)
    for gate, fires, passes in (
            ("total > 50MB", ["-alloc_space", "service_after_heap.pb.gz"], ["cache_heap.3.pb.gz"]),
            ("alloc_space: total > +5%", MORE, AGAIN),
            (r"flat(json\..*) > 10MB", ["-alloc_space", "config_allocs.pb.gz"],
             ["-inuse_space", "config_allocs.pb.gz"]),
            (r"cum(main\.handle) > +1MB", [f"-base={small}", large], [f"-diff_base={large}", small]),
            ("any_flat > +2MB", SERVICE, [f"-base={large}", large]),
            ("alloc_objects: any_flat > +20%", SERVICE,
             ["-base=cache_heap.3.pb.gz", "cache_heap.3.pb.gz"])):
        assert "gate failed: " + gate in judged(gate, *fires, status=FIRED)
        assert "gate passed: " + gate in judged(gate, *passes, status=PASSED)


def every_limit_is_met_exactly():
    total = int(re.search(r"(\d+)B total", must("-top", "-unit=B", "cache_heap.2.pb.gz").decode())[1])
    for gate, status in ((f"total >= {total}", FIRED), (f"total > {total}", PASSED),
                         (f"total <= {total}B", FIRED), (f"total < {total}B", PASSED)):
        judged(gate, "cache_heap.2.pb.gz", status=status)


def growth():
    for gate, status in (("total > +0", PASSED), ("total <= +0", FIRED), ("total > +5%", PASSED),
                         ("any_flat > +2MB", FIRED), ("any_flat > +28MB", PASSED),
                         (r"flat(strings\..*grow$) > +27MB", FIRED),
                         (r"flat(strings\..*grow$) > +260%", FIRED),
                         (r"flat(strings\..*grow$) > +265%", PASSED),
                         (r"flat(strings\..*grow$) > 360%", FIRED),
                         (r"cum(main\..*Handle) > +1MB", PASSED),
                         ("alloc_objects: any_flat > +20%", FIRED),
                         ("alloc_objects: any_flat > +60%", FIRED),  # strings.genSplit is new
                         ("alloc_objects: any_flat > +115000", PASSED)):
        judged(gate, *SERVICE, status=status)


def values_are_those_of_the_profiles():
    """A gate's numbers are what top says of each profile by itself."""
    grow = lambda path: re.search(r"(\S+)\s+\S+\s+\S+\s+\S+\s+\S+  strings\.\(\*Builder\)\.grow",
                                  must("-top", "-alloc_space", "-unit=auto", path).decode())[1]
    text = judged(r"flat(\(\*Builder\)\.grow) > +1MB", *SERVICE, status=FIRED)
    assert f"from {grow('service_before_heap.pb.gz')} to {grow('service_after_heap.pb.gz')}" in text


def a_base_that_is_subtracted():
    base = ["-base=cache_heap.1.pb.gz", "cache_heap.3.pb.gz"]
    assert "from 8.03MB to 24.34MB" in judged("total > +16MB", *base, status=FIRED)
    judged("total > +17MB", *base, status=PASSED)
    judged("total > 24MB", *base, status=FIRED)  # of the profile, not of the difference
    # What did not change counts as what it was before.
    judged("flat(loadTable) < 1%", *base, status=PASSED)
    judged("flat(loadTable) >= 100%", *base, status=FIRED)


def moved_functions_are_judged_as_a_sum():
    judged("flat(growSlice) > +1MB", "-base=cache_heap.1.pb.gz", "cache_heap.3.pb.gz", status=FIRED)
    text = judged(r"cum(main\.\(\*Cache\)\.Get|growSlice) > 0", "cache_heap.3.pb.gz", status=FIRED)
    assert "is 18.81MB" in text  # each sample counts once, though one calls the other
    text = judged(r"flat(main\.\(\*Cache\)\.Get|growSlice) > 0", "cache_heap.3.pb.gz", status=FIRED)
    assert "is 18.81MB" in text


def nothing_before_is_new():
    new = ["-diff_base=config_heap.pb.gz", "cache_heap.1.pb.gz"]
    text = judged(r"flat(main\.loadTable) > +1000%", *new, status=FIRED)
    assert "is new, with 3.53MB" in text and "inf" not in text
    assert "is new" in judged("any_flat > +100000%", *new, status=FIRED)
    judged(r"flat(main\.loadTable) < +1000%", *new, status=PASSED)


def filters_count_and_trimming_does_not():
    text = judged("total > 0", "-focus=Page", "-alloc_space", "service_after_heap.pb.gz", status=FIRED)
    page = must("-top", "-focus=Page", "-alloc_space", "-relative_percentages",
                "service_after_heap.pb.gz").decode()
    assert f"is {re.search(r'of (.*) total', page)[1]};" in text
    judged("flat(loadTable) > 0", "-ignore=loadTable", "cache_heap.3.pb.gz", status=FAILED)
    judged("any_flat > 1MB", "-top", "-nodecount=1", "-nodefraction=0.9", "cache_heap.3.pb.gz",
           status=FIRED)
    judged(r"flat(loadTable) > 1MB", "-top", "-nodecount=1", "cache_heap.3.pb.gz", status=FIRED)


def options_count():
    judged("total > 7MB", "cache_heap.1.pb.gz", status=FIRED)
    judged("total > 7MB", "-divide_by=2", "cache_heap.1.pb.gz", status=PASSED)
    judged("total > +10%", "-normalize", "-diff_base=cache_heap.1.pb.gz", "cache_heap.3.pb.gz",
           status=PASSED)
    judged("any_flat > 8MB", "-lines", "service_after_heap.pb.gz", "-alloc_space", status=FIRED)
    judged(r"flat(main\.go:\d+$) > 1kB", "-lines", "cache_heap.3.pb.gz", status=FIRED)
    judged("total > 1us", "-mean_delay", "workers_mutex.pb.gz", status=FIRED)
    judged("total > 1hour", "-mean_delay", "workers_mutex.pb.gz", status=PASSED)


def several_gates():
    gates = ["total > 1GB", "any_flat > 38MB", "total > 50MB"]
    text = judged(gates, "-alloc_space", "service_after_heap.pb.gz", status=FIRED)
    assert [line.split(":")[0] for line in text.splitlines() if line.startswith("gate")] == [
        "gate passed", "gate failed", "gate failed"]
    assert "gate failed: total > 50MB: alloc_space is 101.68MB; the limit is 50MB\n" in text


def who_is_to_blame():
    text = judged("any_flat > +2MB", *SERVICE, status=FIRED).splitlines()
    assert text[0].startswith("gate failed: any_flat > +2MB: alloc_space of strings.(*Builder).grow")
    assert text[1:] == ["  +27.63MB  strings.(*Builder).grow", "  +3MB  regexp.(*Regexp).expand"]
    text = judged("any_flat > 1kB", "-alloc_space", "service_after_heap.pb.gz", status=FIRED)
    assert re.search(r"\n  and \d+ more\n", text)
    names = judged("flat(loadTable|growSlice) > 1MB", "cache_heap.3.pb.gz", status=FIRED)
    assert names.splitlines()[1:] == ["  16.01MB  bytes.growSlice", "  3.53MB  main.loadTable"]


def the_report_is_what_it_is_without_gates():
    for report in ("top", "tree", "traces", "raw", "tags", "dot", "peek=main", "proto"):
        for args in (SERVICE, ["-base=cache_heap.1.pb.gz", "cache_heap.3.pb.gz"], AGAIN):
            plain = must(f"-{report}", *args)
            done = tap.cprof(f"-{report}", "-fail_if=total >= 0", "-fail_if=any_cum>+1%", *args)
            assert done.returncode == FIRED and done.stdout == plain, (report, args)
            assert b"gate failed" in done.stderr
    done = tap.cprof("-top", "-fail_if=total > 1TB", "cache_heap.3.pb.gz")
    assert done.returncode == PASSED and done.stdout == must("-top", "cache_heap.3.pb.gz")
    assert not done.stderr


def in_json():
    gates = ["total > +5%", "any_flat > +5%", "any_cum > +10GB", "flat(pack) > 20GB",
             "alloc_objects: flat(pack) > +1"]
    flags = [f"-fail_if={gate}" for gate in gates]
    for report in ("-top", "-tree", "-peek=pack", "-traces", "-tags", "-comments"):
        done = tap.cprof(report, "-format=json", "-confidence=95", *flags, *MORE)
        assert done.returncode == FIRED, done.stderr
        found = documents.checked(json.loads(done.stdout))["gates"]
        assert [gate["gate"] for gate in found] == gates
        assert [gate["verdict"] for gate in found] == ["failed", "failed", "passed", "passed", "failed"]
        total, flat, cum = found[:3]
        assert total["unit"] == "%" and abs(total["found"]["value"] - 9.8028) < 1e-3
        assert total["found"]["before"] == 13666976198 and total["found"]["margin"] > 1e8
        assert flat["found"]["name"] == "main.pack" == flat["blamed"][0]["name"]
        assert flat["functions_beyond"] == 1 and cum["functions_beyond"] == 0 and "found" not in cum
    done = tap.cprof("-top", "-format=json", "-fail_if=any_flat > +5%", "-confidence=95", *AGAIN)
    gate = documents.checked(json.loads(done.stdout))["gates"][0]
    assert gate["verdict"] == "within_noise" and gate["functions_beyond"] == 0 and not gate["blamed"]
    new = must("-top", "-format=json", "-fail_if=flat(loadTable) < +5%",
               "-diff_base=config_heap.pb.gz", "cache_heap.1.pb.gz")
    found = documents.checked(json.loads(new))["gates"][0]["found"]
    assert found["new"] is True and "value" not in found
    done = tap.cprof("-top", "-format=json", "-fail_if=delay: total > 1", "-confidence=95",
                     "workers_mutex.pb.gz")
    assert documents.checked(json.loads(done.stdout))["gates"][0]["sampling"] == "unknown"
    huge = tap.cprof("-top", "-format=json", "-fail_if=total > 1", "-divide_by=1e-300",
                     "edge/negative_values.pb.gz")
    documents.checked(json.loads(huge.stdout))


def in_markdown():
    done = tap.cprof("-top", "-format=markdown", "-fail_if=any_flat > +5%", *MORE).stdout.decode()
    assert "\n- `gate failed: any_flat > +5%: alloc_space of main.pack grew by 9.75%" in done
    assert "\n  - `+1.19GB  main.pack`\n" in done
    assert "\n- `gate passed: total > 1TB: " in must("-tags", "-format=markdown",
                                                    "-fail_if=total > 1TB", *MORE).decode()


def gates_alone_print_no_report():
    done = tap.cprof("-fail_if=total > 1TB", "cache_heap.3.pb.gz")
    assert done.returncode == PASSED and not done.stdout
    assert done.stderr == (b"gate passed: total > 1TB: inuse_space is 24.34MB; the limit is 1TB\n")


def misuse():
    for gate in ("", " "):
        judged(gate, "-top", "cache_heap.3.pb.gz", status=PASSED)
    for gate in ("total", "total > nan", "total > inf", "total > 5MB 6", "flat() > 5", "flat(( > 5",
                 "sum > 5", "total = 5", "total > +5%", "total > 5%", "any_cum > +1MB"):
        assert gate in judged(gate, "-top", "cache_heap.3.pb.gz", status=MISUSED)
    for confidence in ("100", "-1", "20", "x"):
        judged("total > 5", f"-confidence={confidence}", "cache_heap.3.pb.gz", status=MISUSED)


def what_does_not_fit_the_profile():
    for gate, why in (("total > 5s", "unit 's' does not fit inuse_space"),
                      ("alloc_objects: total > 5MB", "unit 'MB' does not fit alloc_objects"),
                      ("total > 5eggs", "unit 'eggs'"), ("delay: total > 5", "unknown sample type"),
                      ("flat(nosuch) > 5", "no function matches 'nosuch'"),
                      ("total > 1e308PB", "too large")):
        text = judged(gate, "-top", "cache_heap.3.pb.gz", status=FAILED)
        assert gate in text and why in text, text
        assert not tap.cprof("-top", f"-fail_if={gate}", "cache_heap.3.pb.gz").stdout
    judged("flat(nosuch) > 5", "-allow_empty", "cache_heap.3.pb.gz", status=PASSED)
    judged("total > 1", "nosuch.pb.gz", status=FAILED)


def a_policy():
    path = tap.scratch("gates")
    with open(path, "w", encoding="utf-8") as file:
        file.write("# what a build may not do\n\nalloc_space: total > +5%  # in all\n"
                   "  any_flat > +2MB\r\n#any_cum > 0\nflat(#|x#|strings) > +1MB\n")
    text = judged([], f"-policy={path}", *SERVICE, status=FIRED)
    assert [line.split(": ")[1] for line in text.splitlines() if line.startswith("gate")] == [
        "alloc_space", "any_flat > +2MB", "flat(#|x#|strings) > +1MB"]
    assert text.count("gate passed: alloc_space: total > +5%: ") == 1
    assert text.count("gate failed: ") == 2
    text = judged("total > 1", f"-policy={path}", *SERVICE, status=FIRED)
    assert text.count("\ngate ") + text.startswith("gate ") == 4
    assert "needs -base" in judged([], f"-policy={path}", SERVICE[-1], status=FAILED)


def a_policy_that_cannot_be_obeyed():
    path = tap.scratch("gates")
    with open(path, "w", encoding="utf-8") as file:
        file.write("total > 5MB\n\nany > 3\n")
    text = judged([], f"-policy={path}", "cache_heap.3.pb.gz", status=FAILED)
    assert f"'{path}', line 3" in text and "'any > 3'" in text
    assert "nosuch" in judged([], "-policy=nosuch", "cache_heap.3.pb.gz", status=FAILED)
    with open(path, "wb") as file:
        file.write(b"total > 5MB\n\0")
    judged([], f"-policy={path}", "cache_heap.3.pb.gz", status=FAILED)
    with open(path, "wb") as file:
        file.write(b"total > 5MB\n" * 200000)
    assert "larger than" in judged([], f"-policy={path}", "cache_heap.3.pb.gz", status=FAILED)


def a_policy_from_a_pipe():
    done = tap.cprof("-top", "-policy=-", "cache_heap.3.pb.gz", data=b"total > 5MB\n")
    assert done.returncode == FIRED and b"gate failed: total > 5MB" in done.stderr


def a_policy_in_the_shell():
    path = tap.scratch("gates")
    with open(path, "w", encoding="utf-8") as file:
        file.write("total > 5MB\ntotal > 1TB\ntotal > 6MB\n")
    lines = ["policy=nosuch", f"policy={path}", "top 1", "reload", "top 1", "policy=", "top 1"]
    done = tap.cprof("cache_heap.3.pb.gz", data="\n".join(lines).encode())
    assert done.stdout.count(b"Showing top 1") == 3
    assert done.stderr.count(b"nosuch") == 1 and done.stderr.count(b"gate failed") == 4, done.stderr


def in_the_shell():
    lines = ["fail_if=total > 5MB", "top 1", "fail_if=total > nan", "fail_if=total > 1TB", "top 1",
             "base=cache_heap.1.pb.gz", "fail_if=any_flat > +12MB", "top 1", "fail_if=", "top 1"]
    done = tap.cprof("cache_heap.3.pb.gz", data="\n".join(lines).encode())
    assert done.returncode == PASSED and done.stdout.count(b"Showing top 1") == 4
    assert [line.split(":")[0] for line in done.stderr.decode().splitlines()
            if not line.startswith(" ")] == [
                "gate failed", "bad value 'total > nan' for fail_if", "gate failed"]


def names_are_inert():
    names = ["\x1b[31mred", "a\nb", "\r", "\x9b1m", "`x`", "\u202e", "|", "<b>", "\x7f"]
    profile = lambda names: documents.written(pb.profile_of_samples(
        [("space", "bytes")], [([name], [1 << i]) for i, name in enumerate(names)]))
    for name in names:
        path = profile([name])
        text = tap.cprof("-fail_if=any_flat > 0", path).stderr
        assert text.startswith(b"gate failed") and text.count(b"\n") == 2 and not set(text) & {0x1b, 0x0d, 0x7f} and \
            b"\xc2\x9b" not in text, text
        done = tap.cprof("-top", "-format=json", "-fail_if=any_flat > 0", path)
        documents.checked(json.loads(done.stdout))
    done = tap.cprof("-top", "-format=markdown", "-fail_if=any_flat > 0",
                     profile(names)).stdout.decode()
    gates = [line for line in done.splitlines() if line.startswith(("- ", "  - "))]
    assert len(gates) == 7 and all(line.count("`") == 2 for line in gates), gates


def the_same_program_twice():
    """Only noise: a naive gate of 5 % fires, one with confidence does not."""
    text = judged("any_flat > +5%", *AGAIN, status=FIRED)
    assert "main.stamp grew by 23.63%" in text
    text = judged("any_flat > +5%", "-confidence=95", *AGAIN, status=PASSED)
    assert text.startswith("gate passed, within noise: any_flat > +5%: ")
    for gate in ("total > +5%", "any_cum > +5%", "alloc_objects: any_flat > +5%",
                 "alloc_objects: total > +5%", "any_flat > +1MB"):
        judged(gate, "-confidence=95", *AGAIN, status=PASSED)


def a_tenth_more():
    for gate in ("total > +5%", "any_flat > +5%", "any_cum > +5%", "flat(pack) > +5%",
                 "any_flat > +500MB", "alloc_objects: flat(pack) > +5%"):
        for confidence in ("0", "95", "99"):
            text = judged(gate, f"-confidence={confidence}", *MORE, status=FIRED)
            assert "\n  +" in text and "main.pack" in text
    text = judged("any_flat > +5%", "-confidence=95", *MORE, status=FIRED)
    assert text.splitlines()[1:] == ["  +1.19GB  main.pack"]


def noise_that_is_not_known():
    text = judged("delay: total > 1ms", "-confidence=95", "workers_mutex.pb.gz", status=FIRED)
    assert "not known" in text
    text = judged("alloc_space: total > 1MB", "-confidence=95", "sprintf_heap_rate1.pb.gz", status=FIRED)
    assert "; there is no noise, as everything was recorded" in text
    assert "noise is up to" in judged("total > 1s", "-confidence=95", "workers_cpu.pb.gz", status=FIRED)


def which_noise_was_used_is_said():
    text = judged("total > +0", "-confidence=95", *MORE, status=FIRED)
    assert re.search("; noise is up to [^ ]*MB if the runs are independent\n", text)
    text = judged("total > +0", "-confidence=95", "-base=cache_heap.1.pb.gz", "cache_heap.3.pb.gz",
                  status=FIRED)
    assert re.search("; noise is up to [^ ]*MB, and less as snapshots share samples\n", text)
    assert re.search("; noise is up to [^ ]*MB\n",
                     judged("total > 0", "-confidence=95", "cache_heap.3.pb.gz", status=FIRED))


def all_types_have_the_default_one():
    plain = must("-top", "-sample_index=all", "cache_heap.3.pb.gz")
    done = tap.cprof("-top", "-sample_index=all", "-fail_if=total > 5MB", "cache_heap.3.pb.gz")
    assert done.returncode == FIRED and done.stdout == plain
    assert b"inuse_space is 24.34MB" in done.stderr


def a_function_with_no_sample_may_have_been_there():
    """Less than 3R bytes of it at 95 %, which is 1.5MB."""
    new = ["-diff_base=config_heap.pb.gz", "cache_heap.1.pb.gz"]
    assert "within noise" in judged(r"flat(main\.loadTable) > +200%", "-confidence=95", *new,
                                    status=PASSED)
    judged(r"flat(main\.loadTable) > +10%", "-confidence=80", *new, status=FIRED)


def annotations_for_github():
    """A gate that fails stands at the line that is most to blame; the report is Markdown."""
    args = ["-diff_base=parcels_mem.1.pb.gz", "parcels_mem_more.pb.gz"]
    text = judged("any_flat > +9%", "-format=github", *args, status=FIRED)
    assert text.startswith("::error file=example.com/parcels/main.go,line=20,title=gate failed::"
                           "gate failed: any_flat > +9%: alloc_space of main.pack grew by"), text
    assert judged("total > 100GB", "-format=github", *args, status=PASSED).startswith(
        "::notice title=gate passed::")
    assert must("-top", "-format=github", *args) == must("-top", "-format=markdown", *args)


def the_largest_value_is_told_as_it_is():
    largest = pb.profile_of_samples([("b", "bytes")], [(["f"], [(1 << 63) - 1])])
    assert "b is 8192PB" in judged("total > 1", "-", data=largest, status=FIRED)


tap.run([the_largest_value_is_told_as_it_is, annotations_for_github, a_profile_by_itself, the_examples, every_limit_is_met_exactly, growth, values_are_those_of_the_profiles,
         a_base_that_is_subtracted, moved_functions_are_judged_as_a_sum, nothing_before_is_new,
         filters_count_and_trimming_does_not, options_count, several_gates, who_is_to_blame,
         the_report_is_what_it_is_without_gates, in_json, in_markdown, gates_alone_print_no_report, misuse,
         what_does_not_fit_the_profile, a_policy, a_policy_that_cannot_be_obeyed, a_policy_from_a_pipe, a_policy_in_the_shell, in_the_shell,
         names_are_inert, the_same_program_twice, a_tenth_more, noise_that_is_not_known,
         which_noise_was_used_is_said, all_types_have_the_default_one,
         a_function_with_no_sample_may_have_been_there])
