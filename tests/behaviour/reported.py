# SPDX-License-Identifier: Apache-2.0
"""What people report of tools like this one: a kind each, on a profile of its own."""

import gzip
import json
import pathlib

import tap
from pb import Strings, field, packed
from tap import cprof, must

MASK = 2**64 - 1
MOST = 2**63 - 1


class Profile:
    """A profile in the making."""

    def __init__(self, *types, default=""):
        self.s, self.out, self.samples = Strings(), b"", b""
        self.functions, self.locations, self.mappings = {}, {}, {}
        for name, unit in types:
            self.out += field(1, field(1, self.text(name)) + field(2, self.text(unit)))
        if default:
            self.out += field(14, self.text(default))

    def text(self, text):
        return self.s(text.encode())

    def mapping(self, file):
        if file not in self.mappings:
            i = self.mappings[file] = len(self.mappings) + 1
            self.out += field(3, field(1, i) + field(2, 0x1000 * i) + field(3, 0x1000 * i + 0x1000) +
                              field(5, self.text(file)))
        return self.mappings[file]

    def function(self, name, file="", start=0):
        key = (name, file, start)
        if key not in self.functions:
            i = self.functions[key] = len(self.functions) + 1
            self.out += field(5, field(1, i) + field(2, self.text(name)) +
                              field(3, self.text(name)) + field(4, self.text(file)) +
                              field(5, start))
        return self.functions[key]

    def location(self, *lines, address=0, mapping=0):
        """Each line a function, given as a tuple, and a number; the innermost first."""
        key = (lines, address, mapping)
        if key not in self.locations:
            i = self.locations[key] = len(self.locations) + 1
            body = b"".join(field(4, field(1, self.function(*f)) + field(2, line & MASK))
                            for f, line in lines)
            self.out += field(4, field(1, i) + field(2, mapping) + field(3, address) + body)
        return self.locations[key]

    def sample(self, stack, *values, **labels):
        """A stack of locations, or of names of functions."""
        ids = [x if isinstance(x, int) else self.location(((x,), 1)) for x in stack]
        body = (packed(1, ids) if ids else b"") + packed(2, [v & MASK for v in values])
        for key, value in labels.items():
            for one in value if isinstance(value, list) else [value]:
                label = field(1, self.text(key))
                if isinstance(one, str):
                    label += field(2, self.text(one))
                elif isinstance(one, tuple):
                    label += field(3, one[0]) + field(4, self.text(one[1]))
                else:
                    label += field(3, one)
                body += field(3, label)
        self.samples += field(2, body)

    def write(self, folder=None, name="pb.gz"):
        path = pathlib.Path(folder, name) if folder else pathlib.Path(tap.scratch(name))
        path.write_bytes(gzip.compress(self.out + self.samples + self.s.fields()))
        return path


def rows(*args):
    """Rows of a table: a dictionary each."""
    return json.loads(must(*args, "-format=json"))["rows"]


def named(table, name):
    found = [row for row in table if row["name"] == name]
    assert len(found) == 1, (name, table)
    return found[0]


def folder_with(**files):
    folder = pathlib.Path(tap.scratch("folder"))
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")
    return folder


def said(*args):
    """What is said on standard error."""
    done = cprof(*args)
    assert done.returncode == 0, (args, done.stderr)
    return done.stderr.decode()


def walk():
    """walk calls itself from two lines, in the stack of one sample."""
    p = Profile(("walks", "count"))
    leaf, again = (p.location((("walk", "walk.py", 3), n), address=n) for n in (4, 6))
    last = p.location((("walk", "walk.py", 3), 6), address=7)
    main = p.location((("main", "walk.py", 20), 21), address=21)
    p.sample([leaf, again, last, main], 70)
    p.sample([again, main], 20)
    p.sample([main], 10)
    return p


def a_listed_function_counts_a_sample_once():
    folder = folder_with(walk_py="".join(f"walk {i} main\n" for i in range(1, 30)))
    path = walk().write(folder)
    text = must("-list=walk", f"-source_path={folder}", path).decode()
    assert "        70         90 (flat, cum) 90.00% of Total" not in text
    assert "90         90 (flat, cum) 90.00% of Total" in text, text
    assert "        20         90      6:" in text, text
    lines = {row["line"]: row for row in rows("-list=walk", f"-source_path={folder}", path)}
    assert lines[4]["cum"] == 70 and lines[6]["cum"] == 90 and lines[6]["flat"] == 20, lines
    for args in ["-top"], ["-tree"], ["-top", "-files"], ["-top", "-filefunctions"]:
        assert max(row.get("cum", 0) for row in rows(*args, path)) == 100, args


def an_entry_is_one_row():
    p = Profile(("n", "count"))
    for i, (file, start, line) in enumerate([("a.rb", 1, 2), ("a.rb", 8, 9), ("b.rb", 1, 2),
                                             ("b.rb", 1, 3)]):
        where = p.location((("each", file, start), line), address=0x1000 + i,
                           mapping=p.mapping(f"/lib/{i % 2}.so"))
        p.sample([where], 1 << i)
    path = p.write()
    for kind, n in ("functions", 1), ("files", 2), ("filefunctions", 2), ("lines", 4):
        for report in "-top", "-tree", "-peek=.":
            names = [row["name"] for row in rows(report, f"-{kind}", path)
                     if row.get("relation", "self") == "self"]
            assert len(names) == n == len(set(names)), (report, kind, names)
    graph = must("-callgrind", path).decode()
    assert "fn=(1) each [1/2]" in graph and "\nfn=(1) each\n" not in graph, graph


def names_that_are_called_are_defined():
    p = Profile(("n", "count"))
    main = p.location((("main", "m.js", 1), 1), address=1)
    for start in 5, 50:
        p.sample([p.location((("on", "m.js", start), start + 1), address=start), main], start)
    graph = must("-callgrind", p.write()).decode().splitlines()
    fns = {line[3:].split(") ")[-1] for line in graph if line.startswith("fn=")}
    called = {line[4:].split(")")[0] for line in graph if line.startswith("cfn=")}
    defined = {line[3:].split(")")[0] for line in graph if line.startswith("fn=")}
    assert called <= defined and "on [1/2]" in fns, graph


def tags():
    p = Profile(("n", "count"))
    p.sample(["f"], 1, size=(2048, "bytes"), wait="20ms", id="12")
    p.sample(["f"], 10, size=(3, "kilobytes"), wait=(1500, "milliseconds"), id=12)
    p.sample(["f"], 100, size=(1, "bytes"), wait="x", id=(5, ""))
    return p.write()


def filters_of_tags_say_what_they_mean():
    path = tags()
    for text, total in [("size=0:1kb", 100), ("size=2kb", 1), ("size=3kb", 10), ("size=3072", 0),
                        ("size=:0", 0), ("size=1.5kb:", 11), ("wait=20ms", 1), ("wait=0.02s", 1),
                        ("wait=1.5s", 10), ("wait=10ms:2s", 11), ("id=12", 11), ("id=5:12", 111),
                        ("size=0.5kb:3kb", 11), ("1.5s", 10)]:
        args = ["-top", f"-tagfocus={text}", path]
        assert sum(row["flat"] for row in rows(*args)) == total, (text, cprof(*args))
        left = 111 - total
        args = ["-top", f"-tagignore={text}", path]
        assert sum(row["flat"] for row in rows(*args)) == left, (text, cprof(*args))


def each_number_has_its_own_unit():
    path = tags()
    assert "3kB" in must("-tags", path).decode() and "3kB" in must("-traces", path).decode()
    units = {(row["number"], row["unit"]) for row in rows("-tags", path) if row["key"] == "size"}
    assert units == {(2048, "bytes"), (3, "kilobytes"), (1, "bytes")}, units
    assert b"size=3kilobytes" in must("-traces", "-format=csv", path)


def sums_that_do_not_fit_are_said():
    p = Profile(("n", "count"), ("small", "count"))
    p.sample(["f", "main"], MOST, 1)
    p.sample(["g", "main"], MOST - 5, 1)
    p.sample(["h", "main"], -2**63, 1)
    path = p.write()
    for args in [["-top"], ["-top", "-lines"], ["-tree"], ["-peek=."], ["-traces"], ["-tags"],
                 ["-raw"], ["-folded"], ["-dot"], ["-callgrind"], ["-top", "-format=csv"]]:
        assert "overflow" in said(*args, "-sample_index=n", path), args
        assert "overflow" not in said(*args, "-sample_index=small", path), args
    head = json.loads(must("-top", "-sample_index=n", "-format=json", path))
    assert head["overflow"] is True and head["total"] == MOST, head
    table = head["rows"]
    assert named(table, "main")["cum"] == MOST - 6 and named(table, "h")["flat"] == -2**63, table
    assert "overflow" not in json.loads(must("-top", "-sample_index=small", "-format=json", path))
    for gate in "n: total > 1", "n: total < 1", "n: flat(f) < 1", "n: any_cum > 1":
        done = cprof(f"-fail_if={gate}", path)
        assert done.returncode == 3 and b"overflow" in done.stderr, (gate, done)
    assert cprof("-fail_if=small: total > 5", path).returncode == 0
    done = cprof("-top", "-sample_index=n", path, path)
    assert done.returncode == 0 and b"overflow" in done.stderr, done


def types_that_share_a_name_stay():
    p = Profile(("alloc", "count"), ("alloc", "bytes"), ("wall", "ns"))
    p.sample(["f"], 3, 4096, 7)
    path = p.write()
    for index, value in ("alloc", 3), ("0", 3), ("1", 4096), ("2", 7), ("wall", 7):
        assert rows("-top", f"-sample_index={index}", path)[0]["flat"] == value, index
    assert "0, 1 are all called alloc" in said("-top", "-sample_index=alloc", path)
    assert said("-top", path) == ""
    assert rows("-top", "-sample_index=1", path, path)[0]["flat"] == 8192
    row = rows("-top", "-sample_index=all", path)[0]
    assert row["flat:alloc"] == 3 and row["flat:alloc#1"] == 4096, row


def the_default_type_stays_when_types_are_left_out():
    types = [("a", "count"), ("b", "count"), ("c", "count")]
    p, q = Profile(*types), Profile(types[2], types[1])
    p.sample(["f"], 1, 2, 3)
    q.sample(["f"], 30, 20)
    p, q = p.write(), q.write()
    for files in (p, q), (q, p):
        assert json.loads(must("-top", "-format=json", files[0], files[1]))["type"] in (
            "c" if files[0] == p else "b")


def topproto_has_the_rows_of_top():
    p = Profile(("n", "count"))
    for i, file in enumerate(["/bin/a", "/lib/b.so"]):
        where = p.location(address=0x1000 * (i + 1) + 5, mapping=p.mapping(file))
        p.sample([where], 5 + i)
    path, copy = p.write(), tap.scratch("pb.gz")
    must("-topproto", f"-output={copy}", path)
    for kind in "functions", "addresses":
        names = lambda f: sorted((r["name"].split("[")[-1], r["flat"]) for r in rows("-top", f))
        assert names(copy) == names(path), kind


def frames_stay_inlined_where_their_caller_is_hidden():
    p = Profile(("n", "count"))
    both = p.location((("add", "v.rs", 1), 2), (("sum", "v.rs", 9), 10), address=5)
    p.sample([both, p.location((("main", "v.rs", 20), 21), address=6)], 4)
    path = p.write()
    for args in ["-hide=sum"], ["-show=add|main"], ["-show=add"], ["-show_from=add"]:
        assert "add (inline)" in must("-top", *args, path).decode(), args
        assert "add (inline)" in must("-traces", *args, path).decode(), args
        assert named(rows("-top", *args, path), "add")["inlined"] == "always", args
    assert "(inline)" not in must("-top", "-noinlines", "-hide=sum", path).decode()
    assert "(inline)" in must("-tree", "-hide=sum", path).decode()


def calls_are_means_as_entries_are():
    p = Profile(("waits", "count"), ("delay", "ns"))
    p.sample(["lock", "main"], 4, 100)
    p.sample(["read", "main"], 5, 100)
    path = p.write()
    tree = must("-tree", "-mean", path).decode()
    assert "25ns   100% |   main" in tree and "400.00%" not in tree, tree
    assert "\n* * 25\n" in must("-callgrind", "-mean", path).decode()
    folder = folder_with(x="")
    assert "25ns       25ns (flat, cum)" in must(
        "-list=lock", "-mean", with_files(path, folder)).decode()


def with_files(path, folder):
    """The same with a source file for each function."""
    p = Profile(("waits", "count"), ("delay", "ns"))
    p.sample([p.location((("lock", "lock.c", 1), 2))], 4, 100)
    return p.write(folder)


def folded_says_what_has_no_stack():
    p = Profile(("n", "ns"))
    p.sample(["f"], 5)
    p.sample([], 2000)
    path = p.write()
    assert "1 sample without a stack, 2us, is left out" in said("-folded", path)
    assert "left out" not in said("-folded", walk().write())


def names_can_be_pasted():
    p = Profile(("n", "count"))
    for name in "pkg.(*T).Close", "List[int].Len", "ns::operator*", "a+b", "cost$":
        p.sample([p.location(((name, "x.c", 1), 2)), "main"], 1)
    path = p.write()
    for name in "(*T).Close", "List[int].Len", "operator*", "a+b", "cost$":
        for report in "peek", "list":
            done = cprof(f"-{report}={name}", path)
            assert done.returncode == 0 and name.encode() in done.stdout, (report, name, done)
            assert b"plain text" in done.stderr or name == "operator*", (name, done.stderr)
        done = cprof(path, data=f"list {name}\n".encode())
        assert name.encode() in done.stdout + done.stderr, done
    assert cprof("-peek=nosuch(", path).returncode == 1
    assert cprof("-top", "-focus=(", path).returncode != 0  # filters stay errors
    assert b"plain text" not in cprof("-peek=main", path).stderr


def sources_that_do_not_fit_are_said():
    p = Profile(("n", "count"))
    p.sample([p.location((("pkg.long", "long.go", 2), 90))], 1)
    p.sample([p.location((("pkg.moved", "moved.go", 3), 4))], 1)
    p.sample([p.location((("pkg.blank", "blank.go", 1), 2))], 1)
    p.sample([p.location((("pkg.good", "good.go", 1), 2))], 1)
    p.sample([p.location((("pkg.good.func1", "good.go", 2), 2))], 1)
    folder = folder_with(long_go="func long() {\n}\n", moved_go="a\n" * 30,
                         blank_go="func blank() {\n\n}\n", good_go="func good() {\n\tx()\n}\n")
    path = p.write(folder)
    notes = said("-list=.", f"-source_path={folder}", path)
    assert "long.go has 2 lines, the profile speaks of line 90: another version?" in notes, notes
    assert "moved.go does not have moved at line 3" in notes, notes
    assert "blank.go has nothing at line 2" in notes and "good.go" not in notes, notes
    assert "long.go has 2 lines" in said("-list=.", "-format=json", f"-source_path={folder}", path)


def the_source_of_another_go_is_said():
    root = folder_with(VERSION="go1.20.5\ntime 2023-05-25T21:19:06Z\n")
    (root / "src" / "fmt").mkdir(parents=True)
    (root / "src" / "fmt" / "p.go").write_text("func Put() {\n\tx()\n}\n", encoding="utf-8")
    p = Profile(("n", "count"))
    p.sample([p.location((("fmt.Put", "/opt/go1.22.1/src/fmt/p.go", 1), 2))], 1)
    done = cprof("-list=Put", p.write(), env=tap.environment(GOROOT=str(root)))
    assert b"p.go: this is of go1.20.5, not of go1.22.1" in done.stderr, done


def paths_of_windows_are_paths():
    p = Profile(("n", "count"))
    exe = p.mapping(r"D:\Games\The Game\game.exe")
    for i, file in enumerate([r"D:\src\engine\draw.cpp", "D:/src/engine/sound.cpp"], 1):
        p.sample([p.location(((f"f{i}", file, 1), 2), address=0x1000 + i, mapping=exe)], i)
    folder = folder_with(draw_cpp="void f1()\n{\n}\n")
    path = p.write(folder)
    assert "File: game.exe\n" in must("-top", path).decode()
    for focus in r"game\.exe", r"engine\\draw", "engine/draw", "sound":
        assert rows("-top", f"-focus={focus}", path), focus
    for trim in r"D:\src", "d:/SRC/", "/x:D:/src:/y":
        files = sorted(row["name"] for row in rows("-top", "-files", f"-trim_path={trim}", path))
        assert files == ["engine/sound.cpp", r"engine\draw.cpp"], (trim, files)
    assert "2:{" in must("-list=f1", f"-source_path={folder}", path).decode()


def normalizing_to_nothing_is_said():
    p, empty = Profile(("n", "count")), Profile(("n", "count"))
    p.sample(["f"], 5)
    p, empty = p.write(), empty.write()
    assert "has nothing of n" in said("-top", "-normalize", f"-base={empty}", p)
    assert said("-top", "-normalize", f"-base={p}", p) == ""


def callgrind_keeps_tabs_and_loses_line_breaks():
    p = Profile(("n", "count"))
    p.sample(["tab\there", "line\nbreak", "nul\0"], 1)
    text = must("-callgrind", p.write())
    assert b"tab\there" in text and b"line\\x0abreak" in text and b"\0" not in text, text


def traces_of_an_unnamed_profile_begin_with_an_empty_line():
    p = Profile(("", ""))
    p.sample(["f"], 1)
    assert must("-traces", p.write()).startswith(b"\n-----")


def edges_of_differences_end_at_nodes():
    p, q = Profile(("n", "count")), Profile(("n", "count"))
    p.sample(["leaf", "mid", "main"], 50)
    p.sample(["other", "main"], 7)
    q.sample(["leaf", "mid", "main"], 50)
    p, q = p.write(), q.write()
    for args in ["-call_tree"], ["-call_tree", "-nodecount=2"], []:
        graph = must("-dot", *args, f"-base={q}", p).decode()
        assert "N0" not in graph, graph


def the_totals_of_both_sides_differ_by_all_change():
    p, q = Profile(("n", "count")), Profile(("n", "count"))
    p.sample(["f"], 10)
    q.sample(["f"], -4)
    q.sample(["g"], 1)
    p, q = p.write(), q.write()
    head = json.loads(must("-top", "-format=json", f"-base={q}", p))
    assert head["total_before"] == -3 and head["total_after"] == 10, head
    assert sum(row["flat"] for row in head["rows"]) == 13, head


tap.run([a_listed_function_counts_a_sample_once, an_entry_is_one_row,
         names_that_are_called_are_defined, filters_of_tags_say_what_they_mean,
         each_number_has_its_own_unit, sums_that_do_not_fit_are_said, types_that_share_a_name_stay,
         the_default_type_stays_when_types_are_left_out, topproto_has_the_rows_of_top,
         frames_stay_inlined_where_their_caller_is_hidden, calls_are_means_as_entries_are,
         folded_says_what_has_no_stack, names_can_be_pasted, sources_that_do_not_fit_are_said,
         the_source_of_another_go_is_said, paths_of_windows_are_paths,
         normalizing_to_nothing_is_said, callgrind_keeps_tabs_and_loses_line_breaks,
         the_totals_of_both_sides_differ_by_all_change,
         traces_of_an_unnamed_profile_begin_with_an_empty_line, edges_of_differences_end_at_nodes])
