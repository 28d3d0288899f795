# SPDX-License-Identifier: Apache-2.0
"""The shell without a terminal: lines in, reports and nothing else out."""

import os
import pathlib
import shlex

from session import PROFILE, flags, session, tap, tests, write_profile

TOP10 = ("-top", "-nodecount=10")

# Lines that make one report each, and the flags that make the same.
REPORTS = [
    ("top", TOP10),
    ("text", TOP10),
    ("  top\t", TOP10),
    ("top 10", TOP10),
    ("top10", TOP10),
    ("top3", ("-top", "-nodecount=3")),
    ("top 3 4", ("-top", "-nodecount=4")),
    ("top0", ("-top", "-nodecount=0")),
    ("text4", ("-top", "-nodecount=4")),
    ("top -cum", (*TOP10, "-cum")),
    ("top --cum", (*TOP10, "-cum")),
    ("top -cum 5", ("-top", "-nodecount=5", "-cum")),
    ("top5 json", ("-top", "-nodecount=5", "-focus=json")),
    ("top5 json -runtime", ("-top", "-nodecount=5", "-focus=json", "-ignore=runtime")),
    ("top json main -runtime -fmt", (*TOP10, "-focus=json|main", "-ignore=runtime|fmt")),
    ("top -json", (*TOP10, "-ignore=json")),
    ("top nosuchname", (*TOP10, "-focus=nosuchname")),
    ("tree", ("-tree",)),
    ("tree5 json", ("-tree", "-nodecount=5", "-focus=json")),
    ("tree 5 -cum", ("-tree", "-nodecount=5", "-cum")),
    ("peek json", ("-peek=json",)),
    ("peek json main", ("-peek=json", "-focus=main")),
    ("peek json -parseQuery", ("-peek=json", "-ignore=parseQuery")),
    ("peek \\(\\*decodeState\\)", ("-peek=\\(\\*decodeState\\)",)),
    ("peek 1|json", ("-peek=1|json",)),
    ("list unquote", ("-list=unquote",)),
    ("traces", ("-traces",)),
    ("traces json", ("-traces", "-focus=json")),
    ("tags", ("-tags",)),
    ("tags 1kb:", ("-tags", "-tagfocus=1kb:")),
    ("tags -1kb:", ("-tags", "-tagignore=1kb:")),
    ("tags bytes=512:2kb -4kb:", ("-tags", "-tagfocus=bytes=512:2kb", "-tagignore=4kb:")),
    ("raw", ("-raw",)),
    ("comments", ("-comments",)),
    ("dot 5", ("-dot", "-nodecount=5")),
    ("dot5 -cum", ("-dot", "-nodecount=5", "-cum")),
    ("callgrind | cat", ("-callgrind",)),
    ("proto | cat", ("-proto",)),
    ("topproto 3 |cat", ("-topproto", "-nodecount=3")),
    ("top | cat", TOP10),
    ("top |cat", TOP10),
    ("top 3 | cat | cat", ("-top", "-nodecount=3")),
    ('top5 "json"', ("-top", "-nodecount=5", "-focus=json")),
    ("top5 'json|main' -'runtime|fmt'",
     ("-top", "-nodecount=5", "-focus=json|main", "-ignore=runtime|fmt")),
    ('top "5"', (*TOP10, "-focus=5")),
    ('top "|"', (*TOP10, "-focus=|")),
    ('top5 "json', ("-top", "-nodecount=5", '-focus="json')),
    ("top5 it's", ("-top", "-nodecount=5", "-focus=it's")),
    ("top3 | sed 's/ / /'", ("-top", "-nodecount=3")),
]

# Assignments, and the flags that set the same.
ASSIGNMENTS = [
    (["focus=json"], ["-focus=json"]),
    (["  focus =  json  "], ["-focus=json"]),
    (["focus=json //: only those"], ["-focus=json"]),
    (["focus=json//:"], ["-focus=json"]),
    (["focus=a //: b //: c", "focus=json|//: x"], ["-focus=json|"]),
    (["focus=json", "focus="], []),
    (["focus=json", "focus= //: gone"], []),
    (["nodecount=3"], ["-nodecount=3"]),
    (["nodecount=3 //: [1 | 2]"], ["-nodecount=3"]),
    (["sort=cum"], ["-cum"]),
    (["cum=true"], ["-cum"]),
    (["cum=t //: x"], ["-cum"]),
    (["cum=1", "flat=1"], []),
    (["lines=true"], ["-lines"]),
    (["granularity=files"], ["-files"]),
    (["granularity=files", "granularity="], []),
    (["mean", "alloc_space"], ["-mean", "-alloc_space"]),
    (["mean=true", "alloc_space"], ["-mean", "-alloc_space"]),
    (["mean_alloc_space"], ["-mean", "-alloc_space"]),
    (["mean_alloc_space", "total_alloc_space"], ["-alloc_space"]),
    (["mean_alloc_space", "inuse_space"], ["-mean"]),
    (["total_alloc_objects"], ["-alloc_objects"]),
    (["alloc_objects"], ["-alloc_objects"]),
    (["sample_index=0"], ["-alloc_objects"]),
    (["sample_index=alloc_objects"], ["-alloc_objects"]),
    (["sample_index=alloc_objects", "sample_index="], []),
    (["sample_index=all"], ["-sample_index=all"]),
    (["unit=kB"], ["-unit=kB"]),
    (["divide_by=2"], ["-divide_by=2"]),
    (["trim=false", "trim"], []),
    (["relative_percentages", "focus=json"], ["-relative_percentages", "-focus=json"]),
    (["hide=json"], ["-hide=json"]),
    (["hide=json", "ignore=fmt", "focus=main", "tagfocus=1kb:", "tagignore=2kb:", ":"], []),
    (["show=main", ":"], ["-show=main"]),
    (["base=cache_heap.1.pb.gz"], ["-base=cache_heap.1.pb.gz"]),
    (["diff_base=cache_heap.1.pb.gz"], ["-diff_base=cache_heap.1.pb.gz"]),
    (["diff_base=cache_heap.1.pb.gz", "base=cache_heap.1.pb.gz"], ["-base=cache_heap.1.pb.gz"]),
    (["base=cache_heap.1.pb.gz", "diff_base=cache_heap.1.pb.gz"],
     ["-diff_base=cache_heap.1.pb.gz"]),
    (["base=cache_heap.1.pb.gz", "normalize"], ["-base=cache_heap.1.pb.gz", "-normalize"]),
    (["base=cache_heap.1.pb.gz", "normalize", "base="], []),
    (["base=cache_heap.1.pb.gz", "base="], []),
    (["base=cache_heap.1.pb.gz,cache_heap.2.pb.gz"],
     ["-base=cache_heap.1.pb.gz,cache_heap.2.pb.gz"]),
    (["reload"], []),
    (["add_comment=new", "threads=1"], []),
    (["open cache_heap.1.pb.gz", f"open {PROFILE}"], []),
    (["pager=off", "color=never"], []),
    (["color=always"], ["-color=always"]),
    (["compact_labels=false"], ["-compact_labels=false"]),
    (["", " ", "\t"], []),
    (["# focus=json", "  # a comment", "#"], []),
    (['focus="json"'], ["-focus=json"]),
    (["focus='json|main'"], ["-focus=json|main"]),
]

# Lines that make no report, and what is said of them; the session goes on.
REMARKS = [
    ("tpo", "unrecognized command: 'tpo'; did you mean top?"),
    ("tpo5", "did you mean top?"),
    ("hlep", "did you mean help?"),
    ("relaod", "did you mean reload?"),
    ("xyzzyqwerty", "unrecognized command: 'xyzzyqwerty'"),
    ("nosuch=1", "unrecognized command: 'nosuch=1'"),
    ("=", "unrecognized command: '='"),
    ("focus", "please give a value: focus=REGEX"),
    ("focus json", "did you mean: focus=json"),
    ("nodecount 5", "did you mean: nodecount=5"),
    ("nodecount=x", "bad value 'x' for nodecount: want a whole number"),
    ("top99999999999999999999", "bad value '99999999999999999999' for nodecount"),
    ("trim=maybe", "bad value 'maybe' for trim: want true or false"),
    ("sort=up", "bad value 'up' for sort: want flat, cum"),
    ("cum", "please give a value: sort=cum, or cum=true"),
    ("cum=false", "please give a value: sort=cum, or cum=true"),
    ("color=pink", "bad value 'pink' for color: want auto, always, never"),
    ("pager=always", "bad value 'always' for pager: want auto, off"),
    ("granularity=words", "want functions, filefunctions, files, lines, addresses"),
    ("top a(b", "option focus"),
    ("top -a(b", "option ignore"),
    ("peek a(b", "a(b"),
    ("sample_index=nosuch", "alloc_objects, alloc_space, inuse_objects, inuse_space"),
    ("sample_index=9", "0 to 3"),
    ("peek", "command peek needs an argument"),
    ("list", "command list needs an argument"),
    ("peek nosuchname", "no matches found for regexp: nosuchname"),
    ("list nosuchname", "no matches found for regexp: nosuchname"),
    ("disasm main", "cannot disassemble"),
    ("top >", "please name a file after >"),
    ("top |", "please name a command after |"),
    ("top > /nonexistent/file", "cannot write '/nonexistent/file"),
    ("top > .", "is a directory"),
    ("help nosuch", "unknown command: 'nosuch'"),
    ("help top", "top\n  the entries that weigh most"),
    ("help peek", "peek REGEX\n  callers and callees"),
    ("help focus", "focus=REGEX\n  only samples"),
    ("help sort", "  cum: sort by"),
    ("help q", "q\n  leave"),
    ("help open", "open FILE..."),
    ("help", "Reports, with what may follow"),
    ("help", "focus "),
    ("o", '  focus                     = ""\n'),
    ("options", "  sample_index              = inuse_space          //: [alloc_objects | alloc_space | "
                "inuse_objects | inuse_space]\n"),
    ("o", "  sort                      = flat                 //: [cum | flat]\n"),
    ("o", "  compact_labels            = true\n"),
    ("o", "  nodefraction              = 0.005\n"),
    ("o", "  nodecount                 = -1                   //: default\n"),
    ("o", "  granularity               = (default)            //: [addresses | filefunctions | "),
    ("focsu=json", "unknown option 'focsu'; did you mean focus=?"),
    ("nodcount=5", "did you mean nodecount=?"),
    ("watch=1s", "watch is a flag of the command line alone"),
    ("watch 5s top", "watch is for a terminal"),
    ("watch", "please name a report: watch 5s top"),
    ("help peek", "  For example: peek main\n"),
    ("help focus", "  For example: focus=json\n"),
    ("help granularity", "  For example: granularity="),
    ("open", "please name a file: open FILE..."),
    ("open nosuch", "cannot read 'nosuch'"),
    ("open bad", "cannot read 'bad/"),
    (f"open {PROFILE} workers_cpu.pb.gz", "in common"),
    ("base=nosuch", "cannot read 'nosuch'"),
    ("diff_base=workers_cpu.pb.gz", "in common"),
    ("normalize", "-normalize needs"),
    ("base=-", "standard input"),
    ("diff_base=cache_heap.1.pb.gz,-", "standard input"),
    ("open -", "standard input"),
    ("top \0 5", "a zero byte"),
    ("focus=js\0on", "a zero byte"),
    ("peek unquote\0", "a zero byte"),
    ("\x1b[31mred\x07", "'\\x1b[31mred\\x07'"),
    ("\u009b31mred", "'\\x9b31mred'"),
    ("\udcff\udcfe", "unrecognized command: '"),
    ("a" * 100000, "unrecognized command: 'aaaa"),
    ("a" * 3000000, "a line is too long"),
    ("top " + "a" * 3000000 + "\ntop nosuch(", "a line is too long"),
]

LEAVING = ["q", "quit", "exit", "  q  ", "quit now"]


def reports_are_those_of_the_flags():
    for line, args in REPORTS:
        done = session([line])
        said = tap.cprof(*args, PROFILE).stderr
        assert done.returncode == 0 and done.stderr == said, (line, done)
        assert done.stdout == flags(*args), (line, done.stdout)


def assignments_are_those_of_the_flags():
    for lines, args in ASSIGNMENTS:
        want = flags(*({"nodecount": "-nodecount=10"} | {a.split("=")[0].strip("-"): a
                                                        for a in ["-top", *args]}).values())
        done = session([*lines, "top"])
        assert (done.returncode, done.stderr, done.stdout) == (0, b"", want), (lines, done)


def remarks_go_to_standard_error_and_the_session_on():
    top = flags(*TOP10)
    for line, says in REMARKS:
        data = f"{line}\ntop\nq\n".encode("utf-8", "surrogateescape")
        done = session(data)
        assert done.returncode == 0 and done.stdout == top, (line[:99], done)
        text = done.stderr.decode()
        assert says in text and "\x1b" not in text and "(cprof)" not in text, (line[:99], text)


def what_fails_leaves_everything_as_it_was():
    lines = ["focus=json", "base=cache_heap.1.pb.gz"]
    want = session([*lines, "top"]).stdout
    names = ("open", "base", "diff_base")
    broken = [line for line, _ in REMARKS if line.startswith(names)]
    assert len(broken) > 7
    for line in broken:
        done = session([*lines, line, "top"])
        assert done.stdout == want, (line, done)


def a_refused_filter_ends_reports_until_it_is_mended():
    """Unfiltered, they would show more than was asked for."""
    for mend in ("focus=json", "focus=", ":"):
        done = session(["top3", "focus=a(b", "top3", "o", "tagfocus=1kb:", "top3", mend, "top3"])
        lines = ["top3", "tagfocus=1kb:", mend, "top3"]
        assert done.stdout == session(lines).stdout, (mend, done)
        assert done.stderr.count(b"focus was refused") == 2, (mend, done)


def a_batch_can_stop_at_the_first_error():
    for line in ("nosuch", "peek nosuchname", "focus=(", "open nosuch", "help nosuch"):
        done = session(["top3", line, "top"], "-stop_on_error")
        assert (done.returncode, done.stdout) == (1, flags("-top", "-nodecount=3")), (line, done)
    done = session(["stop_on_error", "top3", "nosuch", "top"])
    assert (done.returncode, done.stdout) == (1, flags("-top", "-nodecount=3")), done
    assert session(["top3", "# x", "o", "q"], "-stop_on_error").returncode == 0


def what_differs_from_the_default_is_marked():
    said = session(["nodecount=7", "focus=json", "alloc_space", "o"]).stderr.decode()
    marked = [line.split()[1] for line in said.splitlines() if line.startswith("*")]
    assert marked == ["focus", "nodecount", "sample_index"], said


def all_reports_of_one_session_come_in_turn():
    done = session([line for line, _ in REPORTS])
    assert done.returncode == 0
    assert done.stdout == b"".join(flags(*args) for _, args in REPORTS)


def a_report_changes_no_option():
    done = session(["top5 json -runtime -cum", "top"])
    assert done.stdout.endswith(flags(*TOP10)), done


def words_that_end_the_session():
    for line in LEAVING:
        done = session(["top3", line, "top", "nosuch"])
        assert (done.returncode, done.stderr) == (0, b""), (line, done)
        assert done.stdout == flags("-top", "-nodecount=3"), (line, done)


def an_empty_session():
    for data in (b"", b"\n", b"\n\n  \n"):
        done = session(data)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), done


def the_last_line_needs_no_end():
    assert session(b"top").stdout == flags(*TOP10)
    assert session(b"focus=json\ntop").stdout == flags(*TOP10, "-focus=json")
    assert session(b"top\r\ntop3\r\n").stdout == flags(*TOP10) + flags("-top", "-nodecount=3")


def a_word_of_many_regexes():
    done = session(["top " + " ".join(f"json{i}" for i in range(3000)) + " json"])
    assert done.returncode == 0 and (done.stdout == flags(*TOP10, "-focus=json") or
                                     b"option focus" in done.stderr), done.stderr[-300:]


def a_report_goes_to_a_file():
    for form in ("> {}", ">{}", "5 >{} json", "5 json > {}", '> "{}"', ">'{}'", '>"{}" 5 json'):
        path = pathlib.Path(tap.scratch("a b.txt" if '"' in form or "'" in form else "txt"))
        line = "top " + form.format(path)
        done = session([line])
        assert (done.returncode, done.stdout) == (0, b""), (line, done)
        want = flags("-top", "-nodecount=5", "-focus=json") if "json" in form else flags(*TOP10)
        assert path.read_bytes() == want, line


def output_names_the_file_of_all_reports():
    path = pathlib.Path(tap.scratch("txt"))
    done = session([f"output={path}", "top", "top3", "output=", "top 4", "top"])
    assert path.read_bytes() == flags("-top", "-nodecount=3")
    assert done.stdout == flags("-top", "-nodecount=4") + flags(*TOP10), done


def an_error_leaves_the_old_file():
    path = pathlib.Path(tap.scratch("txt"))
    path.write_text("old")
    session([f"peek nosuchname > {path}", f"top a(b > {path}", f"disasm . > {path}"])
    assert path.read_text() == "old"


def colour_goes_where_it_is_asked_for():
    path = pathlib.Path(tap.scratch("txt"))
    always = flags(*TOP10, "-color=always")
    assert b"\x1b[" in always and b"\x1b[" not in flags(*TOP10)
    done = session(["color=always", "top | cat", f"top > {path}", "top"])
    assert done.stdout == always * 2, done.stdout
    assert path.read_bytes() == always


def another_program_reads_a_report():
    assert session(["top | head -2"]).stdout == b"".join(flags(*TOP10).splitlines(True)[:2])
    assert session(["top | wc -l | tr -d ' '"]).stdout == b"%d\n" % flags(*TOP10).count(b"\n")
    done = session(["raw | true", "raw | false", "top | exit 3", "top3"])
    assert (done.returncode, done.stdout) == (0, flags("-top", "-nodecount=3")), done
    done = session(["top | nosuchprogram_at_all", "top3"])
    assert done.stdout == flags("-top", "-nodecount=3") and b"not found" in done.stderr, done


def the_other_program_does_not_eat_the_lines():
    done = session(["top3 | cat", "top4", "top3 | sh -c 'cat >/dev/null; cat'", "top4"])
    want = flags("-top", "-nodecount=3") + flags("-top", "-nodecount=4") * 2
    assert done.stdout == want, done


def a_reader_that_leaves_ends_nothing():
    command = f'(echo raw; echo raw; echo "top >$OUT") | "{tap.CPROF}" {PROFILE} | head -1; ' \
              'echo ${PIPESTATUS[1]}'
    path = pathlib.Path(tap.scratch("txt"))
    done = tap.subprocess.run(["bash", "-c", command], cwd=tap.TESTDATA, capture_output=True,
                              timeout=60, env=tap.environment(OUT=str(path)))
    assert done.stdout.endswith(b"\n0\n") and done.stderr == b"", done
    assert path.read_bytes() == flags(*TOP10)


def standard_input_is_the_profile_and_then_over():
    data = (tap.TESTDATA / PROFILE).read_bytes()
    done = session(data, profile="-")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), done


def a_profile_that_cannot_be_read_fails():
    for path in ("nosuch", "bad/empty.pb.gz", "bad/"):
        done = session(["top"], profile=path)
        assert done.returncode == 1 and done.stdout == b"", done
        assert path.encode() in done.stderr, done


def a_file_that_changed_is_read_again():
    one = write_profile(["one"], [[1]])
    two = write_profile(["two"], [[1]])
    out = tap.scratch("out")
    lines = [f"top > {out}.1", f"top | mv {two} {one}", f"top >{out}.2", "reload", f"top >{out}.3"]
    done = session(lines, profile=one)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b""), done
    said = [pathlib.Path(f"{out}.{i}").read_bytes() for i in (1, 2, 3)]
    assert b"one" in said[0] and said[1] == said[0] and b"two" in said[2], said


def what_needs_no_reading_reads_nothing():
    """A pipe can be read once: options that are not about the profile leave it alone."""
    lines = ["threads=1", "keep_going", "add_comment=from the shell", "source_path=/src", "comments",
             "top"]
    command = f'"{tap.CPROF}" <(cat {PROFILE})'
    done = tap.subprocess.run(["bash", "-c", f"{command} <<<{shlex.quote(chr(10).join(lines))}"],
                              cwd=tap.TESTDATA, capture_output=True, timeout=60,
                              env=tap.environment())
    assert (done.returncode, done.stderr) == (0, b""), done
    assert done.stdout == flags("-comments", "-add_comment=from the shell") + flags(*TOP10), done


def a_file_that_went_bad_leaves_the_old_profile():
    path = write_profile(["one"], [[1]])
    done = session([f"top | echo bad >{path}", "reload", "top"], profile=path)
    assert done.returncode == 0 and b"one" in done.stdout, done
    assert f"cannot read '{path}'".encode() in done.stderr, done


def files_are_added_up():
    done = session(["open cache_heap.1.pb.gz cache_heap.2.pb.gz", "top", "reload", "top"])
    want = tap.must("-compact_labels", *TOP10, "cache_heap.1.pb.gz", "cache_heap.2.pb.gz")
    assert done.stdout == want * 2, done


def flags_of_the_command_line_are_where_the_session_begins():
    done = session(["top", "focus=", "top"], "-focus=json", "-nodecount=4", "-alloc_space")
    args = ("-top", "-nodecount=4", "-alloc_space")
    assert done.stdout == flags(*args, "-focus=json") + flags(*args), done


def what_is_no_text_goes_to_new_files():
    folder = pathlib.Path(tap.scratch("folder"))
    folder.mkdir()
    path = tap.TESTDATA / PROFILE
    done = session(["proto", "proto", "top3", "topproto", "callgrind"], profile=path, cwd=folder)
    assert done.stdout == flags("-top", "-nodecount=3"), done
    names = ["profile001.callgraph.out", "profile001.pb.gz", "profile002.pb.gz", "profile003.pb.gz"]
    assert sorted(os.listdir(folder)) == names
    assert done.stderr.endswith(b"the report goes to profile001.callgraph.out\n"), done
    assert (folder / "profile002.pb.gz").read_bytes() == flags("-proto")


def pictures_say_what_is_missing():
    env = tap.environment(PATH="/nonexistent")
    done = session(["svg", "web >a.svg", "gv", "kcachegrind", "top3"], env=env)
    assert done.stdout == flags("-top", "-nodecount=3"), done
    assert done.stderr.count(b"'dot' is not installed") == 3, done
    assert b"none of the programs" in done.stderr, done


tap.run(tests(globals()))
