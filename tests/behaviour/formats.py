# SPDX-License-Identifier: Apache-2.0
"""Reports for programs: JSON by its schema, CSV, Markdown, folded stacks."""

import csv
import io
import itertools
import json
import re
import shutil

import pb
import tap
from tap import ROOT, TESTDATA, must

PROFILES = sorted(TESTDATA.glob("*.pb.gz")) + sorted(TESTDATA.glob("edge/*"))
REPORTS = [["-top"], ["-text"], ["-tree"], ["-peek=."], ["-list=."], ["-traces"], ["-tags"],
           ["-comments"]]
BASE, AFTER = "service_before_heap.pb.gz", "service_after_heap.pb.gz"
SHAPES = [[], ["-lines"], ["-addresses"], ["-files", "-cum"], ["-nodecount=3"], ["-mean"],
          ["-divide_by=3"], ["-noinlines"], ["-focus=main"], ["-tagshow=bytes"], ["-unit=kb"],
          ["-relative_percentages", "-ignore=runtime"], ["-sample_index=0"]]
HOSTILE = ["a|b", "`code`", "<script>alert(1)</script>", "@someone", "[link](http://x.y)", "a\nb",
           "=1+2", "+1", "-1", "@SUM(A1)", "\tx", "a;b;c", 'say "hi"', "a,b", "\\", "\x1b[31m",
           "![i](u)", "**bold**", "\x7f", " ", "`", "``", "a\r\nb", "&amp;", "\u202e", "-->",
           "\x9b31m", "\uff1d1+2", "end\\", "\\|", "\u2028x", "a\x00b", "x" * 70000]


def written_out(name, kept=""):
    """A name as formats that have no escapes of their own show it."""
    def one(c):
        if c in kept or not (c < " " or "\x7f" <= c < "\xa0" or c in "\u202e\u2028"):
            return c
        return f"\\u{ord(c):04x}" if c > "\xff" else f"\\x{ord(c):02x}"
    return "".join(map(one, name))


def validator():
    try:
        import jsonschema
    except ImportError as why:
        raise tap.Skip("no jsonschema") from why
    schema = json.loads((ROOT / "man/cprof.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


def document(*args, check=None, **more):
    found = json.loads(must("-format=json", *args, **more))
    if check:
        problems = [f"{list(e.path)}: {e.message[:200]}" for e in check.iter_errors(found)]
        assert not problems, (args, problems[:3])
    return found


def names_of(*args):
    return [row["name"] for row in document(*args)["rows"]]


def every_report_obeys_the_schema():
    check = validator()
    seen = 0
    for path, report in itertools.product(PROFILES, REPORTS):
        done = tap.cprof(*report, "-format=json", path)
        if done.returncode:
            assert b"no matches" in done.stderr or b"sample" in done.stderr, done.stderr
            continue
        problems = list(check.iter_errors(json.loads(done.stdout)))
        assert not problems, (path, report, problems[0].message[:300])
        seen += 1
    assert seen > len(PROFILES) * 6, seen


def every_shape_obeys_the_schema():
    check = validator()
    for report, shape in itertools.product(REPORTS, SHAPES):
        for compared in ([], [f"-base={BASE}"], [f"-diff_base={BASE}"],
                         [f"-diff_base={BASE}", "-normalize"]):
            done = tap.cprof(*report, *shape, *compared, "-format=json", "-alloc_space", AFTER)
            if done.returncode:
                assert b"no matches" in done.stderr, (report, shape, done.stderr)
                continue
            problems = list(check.iter_errors(json.loads(done.stdout)))
            assert not problems, (report, shape, compared, problems[0].message[:300])
    document("-top", "-sample_index=all", AFTER, check=check)


def instructions_are_tables():
    if not shutil.which("objdump"):
        raise tap.Skip("no objdump")
    check, lot = validator(), "binaries/lot.pb.gz"
    rows = document("-disasm=sum", lot, check=check)["rows"]
    text = [line for line in must("-disasm=sum", lot).decode().splitlines()[3:] if not line.startswith(" " * 74)]
    assert len(rows) == len(text) > 10
    for line, row in zip(text, rows):
        address, instruction = re.match(r"\s*\S+\s+\S+\s+([0-9a-f]+): (.*?)\s*(?:;.*)?$", line).groups()
        assert (row["address"], row["instruction"]) == ("0x" + address, instruction), (line, row)
    assert sum(r["flat"] for r in rows) == 260000000 and rows[0]["file"] == "lot.cc" and rows[0]["line"] == 17
    table = list(csv.DictReader(io.StringIO(must("-disasm=sum", "-format=csv", lot).decode())))
    assert [r["address"] for r in table] == [r["address"] for r in rows]
    lines = document("-weblist=sum", lot, check=check)["rows"]
    assert sum(r["flat"] for r in lines if "address" in r) == 260000000
    assert sum(r["flat"] for r in lines if "address" not in r) == 260000000
    assert "| `0x402` |" in must("-disasm=sum", "-format=markdown", lot).decode()
    document("-weblist=Handle", "service_before_cpu.pb.gz", check=check)
    assert tap.cprof("-weblist=sum", "-format=dot", lot).returncode == 2


def the_schema_refuses_what_is_wrong():
    check = validator()
    right = document("-top", AFTER)
    assert check.is_valid(right)
    for key, wrong in [("total", "1.5MB"), ("total", 1.5), ("report", "bottom"), ("rows", {}),
                       ("more", 1), ("schema", 2)]:
        assert not check.is_valid(right | {key: wrong}), key
    assert not check.is_valid(right | {"rows": [right["rows"][0] | {"share": 1}]})


def rows_are_those_of_the_text():
    for args in (["-top", "-cum", "workers_cpu.pb.gz"], ["-top", "-lines", AFTER]):
        text = must(*args, "-unit=" + ("ns" if "cpu" in args[-1] else "B")).decode().splitlines()
        start = next(i for i, line in enumerate(text) if line.split()[:2] == ["flat", "flat%"])
        rows = document(*args)["rows"]
        assert len(rows) == len(text) - start - 1 > 3
        for line, row in zip(text[start + 1:], rows):
            flat, _, _, cum, _, name = line.split(None, 5)
            number = lambda s: int(s.rstrip("nsB"))
            assert (number(flat), number(cum)) == (row["flat"], row["cum"]), (line, row)
            assert name.removesuffix(" (inline)").removesuffix(" (partial-inline)") == row["name"]


def comparisons_tell_both_sides():
    both = document("-top", "-alloc_space", "-nodefraction=0", f"-diff_base={BASE}", AFTER)
    sides = {side: {row["name"]: row for row in document(
        "-top", "-alloc_space", "-nodefraction=0", path)["rows"]}
        for side, path in (("before", BASE), ("after", AFTER))}
    assert len(both["rows"]) > 20
    for row in both["rows"]:
        for kind in ("flat", "cum"):
            before, after = row[f"{kind}_before"], row[f"{kind}_after"]
            assert after - before == row[kind], row
            assert before == sides["before"].get(row["name"], {kind: 0})[kind], row
            assert after == sides["after"].get(row["name"], {kind: 0})[kind], row
    assert both["total_before"] == document("-top", "-alloc_space", BASE)["total"]
    assert both["total_after"] == document("-top", "-alloc_space", AFTER)["total"]
    assert both["comparison"] and both["profile"]["bases"] == [BASE]
    for report in (["-traces"], ["-tags"]):
        rows = document(*report, "-alloc_space", f"-base={BASE}", AFTER)["rows"]
        value = "value" if report == ["-traces"] else "weight"
        assert rows and all(r["after"] - r["before"] == r[value] for r in rows)


def calls_tell_both_sides():
    args = ["-peek=.", "-alloc_space"]
    sides = [{(row["entry"], row["relation"], row["name"]): row.get("calls")
              for row in document(*args, name)["rows"]} for name in (BASE, AFTER)]
    rows = document(*args, f"-diff_base={BASE}", AFTER)["rows"]
    calls = [row for row in rows if row["relation"] != "self"]
    assert len(calls) > 100 and any(row["calls_after"] for row in calls)
    for row in calls:
        key = row["entry"], row["relation"], row["name"]
        assert row["calls"] == row["calls_after"] - row["calls_before"], row
        assert [row["calls_before"], row["calls_after"]] == [s.get(key, 0) for s in sides], row
    for row in document("-tree", "-alloc_space", f"-base={BASE}", AFTER)["rows"]:
        if row["relation"] != "self":
            assert row["calls"] == row["calls_after"] - row["calls_before"], row


def frames_of_stacks_are_places():
    rows = document("-traces", "-lines", AFTER)["rows"]
    frames = [frame for row in rows for frame in row["stack"]]
    assert len(frames) > 10
    for frame in frames:
        assert frame["name"] == f"{frame['function']} {frame['file']}:{frame['line']}", frame
    text = must("-traces", "-lines", AFTER).decode()
    assert text.count(" (inline)\n") == sum("inlined" in frame for frame in frames) > 0
    frame = document("-traces", "-addresses", AFTER)["rows"][0]["stack"][0]
    assert int(frame["address"], 16) > 0 and frame["name"].startswith(frame["address"][2:].zfill(16))


def numbers_of_tags_are_numbers():
    rows = document("-tags", "edge/labels.pb.gz")["rows"]
    found = {(row["key"], row.get("value"), row.get("number"), row.get("unit")) for row in rows}
    assert ("bytes", None, 4096, "bytes") in found and ("tenant", "red", None, None) in found
    path = tap.scratch("pb")
    samples = [(("f",), (weight,), ("bytes", number)) for weight, number in
               ((1, 2**53 + 1), (2, 2**53), (4, 2**53 + 1))]
    with open(path, "wb") as out:
        out.write(pb.profile_of_samples([("cpu", "ns")], samples))
    rows = document("-tags", path)["rows"]
    assert [(row["number"], row["weight"]) for row in rows] == [(2**53 + 1, 5), (2**53, 2)]


def all_sample_types_have_columns():
    path = tap.scratch("pb")
    types = [("cum", "a"), ("before", "b")] + [(f"type{i}", "c") for i in range(80)]
    with open(path, "wb") as out:
        out.write(pb.profile_of_samples(types, [(("f",), tuple(range(1, 83)))]))
    [row] = document("-top", "-sample_index=all", path, check=validator())["rows"]
    values = [value for key, value in row.items() if key.startswith("flat:")]
    assert values == list(range(1, 83))
    assert row["flat:cum"] == 1 and row["flat:before"] == 2
    table = list(csv.reader(io.StringIO(
        must("-top", "-sample_index=all", "-format=csv", path).decode(), newline="")))
    assert table[0][-1] == "flat:type79 (c)" and table[1][-1] == "82"


def facts_of_the_profile():
    facts = document("-top", "edge/comments_docurl.pb.gz")
    assert facts["profile"]["comments"][0] == "a comment" and "://" in facts["profile"]["doc_url"]
    facts = document("-top", "-sample_index=1", AFTER, AFTER)
    assert facts["sample_index"] == 1 and facts["type"] == "alloc_space"
    assert facts["profile"]["sources"] == [AFTER, AFTER] and facts["profile"]["period"] == 524288


def a_profile_compared_with_itself():
    rows = document("-traces", f"-base={AFTER}", AFTER)["rows"]
    assert all(r["value"] == 0 and r["before"] == r["after"] for r in rows)
    assert any(r["before"] for r in rows)
    assert document("-top", f"-base={AFTER}", AFTER)["rows"] == []
    markdown = must("-top", "-format=markdown", f"-diff_base={AFTER}", AFTER).decode()
    assert markdown.startswith("### `inuse_space` 0\n") and "Grew" not in markdown


def csv_says_what_json_says():
    for report in REPORTS:
        args = [*report, "-alloc_space", "-lines", f"-diff_base={BASE}", AFTER]
        data = must(*args, "-format=csv")
        assert data.count(b"\r\n") == data.count(b"\n") or report == ["-traces"]
        rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
        head = [name.split(" (")[0] for name in rows[0]]
        documents = document(*args)["rows"]
        assert len(rows) - 1 == len(documents) and len({len(r) for r in rows}) == 1
        for row, expected in zip(rows[1:], documents):
            for name, cell in zip(head, row):
                value = expected.get(name, "")
                if isinstance(value, list):
                    assert len(cell.split("\n") if cell else []) == len(value)
                else:
                    assert cell in (str(value), "'" + str(value)), (name, cell, value)


def hostile(names):
    path = tap.scratch("pb")
    with open(path, "wb") as out:
        out.write(pb.profile_of_functions([(name, "a.go", 1) for name in names]))
    return path


def hostile_names_are_inert():
    path = hostile(HOSTILE)
    plain = ["-symbolize=none", "-top", path]
    assert sorted(names_of(*plain)) == sorted(HOSTILE)
    table = list(csv.reader(io.StringIO(must("-format=csv", *plain).decode(), newline="")))
    for row in table[1:]:
        assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d")), row
    assert {row[0].removeprefix("'") for row in table[1:]} == {
        written_out(name, "\t\n") for name in HOSTILE}
    lines = must("-format=markdown", *plain).decode().split("\n")
    cells = [line for line in lines if line.startswith("| ") and "`" in line]
    assert len(cells) == len(HOSTILE)
    for line in cells:
        assert line.count("|") == lines[2].count("|") and line.count("`") == 2, line
        assert written_out(line) == line and len(line) < 300, repr(line)
    for line in must("-symbolize=none", "-folded", path).decode().splitlines():
        stack, value = line.rsplit(" ", 1)
        assert ";" not in stack and value.isdigit() and written_out(stack) == stack, line


def hostile_units_and_types_are_inert():
    path = tap.scratch("pb")
    unit = "|\n# <b>@x</b>\x1b\x9b"
    with open(path, "wb") as out:
        out.write(pb.profile_of_samples([("=1|<i>\n", unit), ("cpu", "ns")], [(("f",), (7, 8))]))
    for index in "0", "1", "all":
        args = ["-top", f"-sample_index={index}", path]
        for line in must("-format=markdown", "-noise", *args).decode().splitlines():
            bare = re.sub("`[^`]*`", "", line)
            assert not re.search(r"[<@#\x1b\x9b]", bare), line
            assert line.count("|") in (0, 5 if index != "all" else 7), line
        assert document(*args)["profile"]["sample_types"][0]["unit"] == unit
        head = must("-format=csv", *args).decode().splitlines()[0]
        assert written_out(head) == head and ",=" not in head


def json_is_safe_on_a_terminal():
    data = must("-symbolize=none", "-top", "-format=json", hostile(HOSTILE)).decode()
    assert written_out(data, "\n\u202e\u2028") == data


def bytes_that_are_no_text():
    path = tap.scratch("pb")
    data = pb.profile_of_functions([("aXb", "f.go", 1)]).replace(b"aXb", b"a\xffb")
    with open(path, "wb") as out:
        out.write(data)
    assert names_of("-top", path) == ["a\ufffdb"]
    for args in (["-format=csv"], ["-format=markdown"]):
        assert "a\ufffdb" in must("-top", *args, path).decode()


def folded_stacks_add_up():
    for name in ("workers_cpu.pb.gz", AFTER, "cache_heap.1.pb.gz"):
        lines = must("-folded", name).decode().splitlines()
        total = sum(int(line.rsplit(" ", 1)[1]) for line in lines)
        assert total == document("-top", name)["total"] and lines
        assert len({line.rsplit(" ", 1)[0] for line in lines}) == len(lines)
        assert lines[0].startswith(("runtime.", "main.", "bgsweep")) or ";" in lines[0]


def folded_stacks_of_comparisons():
    texts = [must("-folded", "-alloc_space", name).decode() for name in (BASE, AFTER)]
    sides = [dict(line.rsplit(" ", 1) for line in text.splitlines()) for text in texts]
    found = must("-folded", "-alloc_space", f"-diff_base={BASE}", AFTER).decode().splitlines()
    assert len(found) > 5
    for line in found:
        stack, before, after = line.rsplit(" ", 2)
        assert [before, after] == [side.get(stack, "0") for side in sides], line
    assert {line.rsplit(" ", 2)[0] for line in found} == set(sides[0]) | set(sides[1])


def folded_stacks_have_no_negative_values():
    done = tap.cprof("-folded", "edge/negative_values.pb.gz")
    assert done.returncode == 0 and b"-" not in done.stdout and b"left out" in done.stderr


def divide_by_divides():
    for report, key in (["-top", "flat"], ["-tags", "weight"], ["-traces", "value"]):
        plain, divided = (document(report, *more, BASE) for more in ([], ["-divide_by=3"]))
        assert divided["total"] == plain["total"] // 3
        assert [r[key] for r in divided["rows"]] == [r[key] // 3 for r in plain["rows"]]
        assert sum(r[key] for r in divided["rows"]) > 1000


def markdown_of_comparisons():
    text = must("-top", "-format=markdown", "-alloc_space", f"-diff_base={BASE}", AFTER).decode()
    lines = text.splitlines()
    assert lines[0].startswith("### `alloc_space` -") and lines[0].endswith("%)")
    for title in ("Grew", "Shrank"):
        part = text.split(f"#### {title}\n")[1].strip().split("\n\n")[0].splitlines()[2:]
        assert 1 <= len(part) <= 10
        assert all(row.startswith("| +" if title == "Grew" else "| -") for row in part), part
    assert "(new)" in text and "(gone)" in text and "inf" not in text.lower().replace("info", "")
    assert "(+0%)" not in text and "<details><summary>" in text and "</details>" in text


def markdown_is_sorted_as_asked_for():
    text = must("-top", "-cum", "-format=markdown", "-alloc_space", f"-diff_base={BASE}",
                AFTER).decode()
    part = text.split("#### Shrank\n")[1].strip().split("\n\n")[0].splitlines()[2:]
    rows = document("-top", "-cum", "-alloc_space", f"-diff_base={BASE}", AFTER)["rows"]
    names = [row["name"] for row in rows if row["cum"] < 0][:10]
    assert [row.split("`")[1] for row in part] == names and len(names) == 10


def markdown_of_a_profile_has_shares():
    text = must("-top", "-format=markdown", "-nodecount=1", "sprintf_heap.pb.gz").decode()
    assert "| `fmt.Sprintf` | 18MB (60.12%) | 18MB (60.12%) |" in text, text


def reports_without_formats():
    for report in ("-dot", "-raw", "-proto", "-callgrind", "-folded", "-svg"):
        done = tap.cprof(report, "-format=json", AFTER)
        assert done.returncode == 2 and not done.stdout and b"format" in done.stderr, report
    done = tap.cprof("-top", "-format=xml", AFTER)
    assert done.returncode == 2 and b"json" in done.stderr


def formats_in_the_shell():
    out = tap.scratch("json")
    told = must(AFTER, data=f"format=json\ntop > {out}\nraw\nformat=csv\ntags\n".encode())
    assert json.load(open(out, encoding="utf-8"))["report"] == "top"
    assert told.startswith(b"key,value,number,unit,weight (bytes)\r\n")


def text_is_as_ever():
    for report in REPORTS:
        assert must(*report, AFTER) == must(*report, "-format=text", AFTER)


tap.run([every_report_obeys_the_schema, every_shape_obeys_the_schema, instructions_are_tables,
         the_schema_refuses_what_is_wrong, rows_are_those_of_the_text, comparisons_tell_both_sides,
         calls_tell_both_sides, frames_of_stacks_are_places, numbers_of_tags_are_numbers,
         all_sample_types_have_columns, facts_of_the_profile, a_profile_compared_with_itself,
         csv_says_what_json_says, hostile_names_are_inert, hostile_units_and_types_are_inert,
         json_is_safe_on_a_terminal, bytes_that_are_no_text, folded_stacks_add_up,
         folded_stacks_of_comparisons, folded_stacks_have_no_negative_values, divide_by_divides,
         markdown_of_comparisons, markdown_is_sorted_as_asked_for,
         markdown_of_a_profile_has_shares, reports_without_formats, formats_in_the_shell,
         text_is_as_ever])
