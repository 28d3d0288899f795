# SPDX-License-Identifier: Apache-2.0
"""The shell's line editor, in a terminal: keys, completion and history."""

import contextlib
import os
import pathlib
import signal
import stat
import time

from session import tap, tests, write_profile
from terminal import CTRL_C, CTRL_D, CTRL_R, ENTER, ESCAPE, PROMPT, TAB, Terminal

PROFILE = "config_heap.pb.gz"
HISTORY_LINES = 1000
SUPPRESSIONS = pathlib.Path(__file__).resolve().parent / "lsan.supp"
UP = ESCAPE + "[A"

# A line as typed, and what it is after one Tab.
COMPLETIONS = [
    ("comm", "comments "),
    ("nodec", "nodecount="),
    ("foc", "focus="),
    ("callg", "callgrind "),
    ("hel", "help "),
    ("rel", "rel"),  # relative_percentages and reload
    ("relo", "reload "),
    ("inuse_s", "inuse_space "),
    ("alloc_", "alloc_"),
    ("sort=c", "sort=cum"),
    ("sort = c", "sort = cum"),
    ("color=a", "color=a"),
    ("color=al", "color=always"),
    ("pager=o", "pager=off"),
    ("granularity=fi", "granularity=file"),
    ("trim=f", "trim=false"),
    ("mean=t", "mean=true"),
    ("mean=x", "mean=x"),
    ("sample_index=alloc_s", "sample_index=alloc_space"),
    ("sample_index=al", "sample_index=all"),  # all, alloc_objects, alloc_space
    ("tagleaf=by", "tagleaf=bytes"),
    ("tagroot=x,by", "tagroot=x,bytes"),
    ("taghide=by", "taghide=bytes"),
    ("help gran", "help granularity "),
    ("help top", "help top"),
    ("help topp", "help topproto "),
    ("top -cu", "top -cum "),
    ("focus=json.unq", "focus=encoding/json\\.unquote"),  # as it is printed
    ("peek encoding/json.(*decodeState).liter",
     "peek encoding/json\\.\\(\\*decodeState\\)\\.literalInterface "),
    ("focus=unquo", "focus=encoding/json\\.unquote"),
    ("focus=encoding/json\\.unq", "focus=encoding/json\\.unquote"),
    ("top parseQ", "top net/url\\.parseQuery "),
    ("top main -parseQ", "top main -net/url\\.parseQuery "),
    ("peek litera", "peek encoding/json\\.\\(\\*decodeState\\)\\.literalInterface "),
    ("list arrayI", "list encoding/json\\.\\(\\*decodeState\\)\\.arrayInterface "),
    ("zzz", "zzz"),
    ("peek nosuchname", "peek nosuchname"),
]


def environment(home, **more):
    lsan = f"suppressions={SUPPRESSIONS}:print_suppressions=0"
    return tap.environment(TERM="xterm", HOME=home, XDG_STATE_HOME=home + "/state",
                           LSAN_OPTIONS=lsan) | more


def new_home():
    home = tap.scratch("home")
    os.mkdir(home)
    return home


@contextlib.contextmanager
def shell(profile=PROFILE, home=None, cwd=tap.TESTDATA, args=(), env=None, **more):
    home = home or new_home()
    with Terminal([tap.CPROF, *args, str(profile)], env or environment(home), cwd, **more) as t:
        t.greeting = t.prompt()
        yield t


def history_of(home):
    return pathlib.Path(home) / "state" / "cprof" / "history"


def the_session_says_what_it_shows():
    with shell() as t:
        assert t.greeting[:2] == ["File: config", "Type: inuse_space"], t.greeting
        assert t.greeting[-1].startswith('Type "help"'), t.greeting
        assert t.leave() == 0
        assert not t.screen.unknown, t.screen.unknown


def tab_completes_a_word():
    with shell() as t:
        for typed, after in COMPLETIONS:
            before = len(t.raw)
            t.send(typed + TAB)
            t.wait(lambda: "".join(t.screen.lines[-1]).rstrip() == (PROMPT + after).rstrip(),
                   f"{typed!r} to become {after!r}")
            if typed == after:  # nothing to add: the bell, or the choices
                t.wait(lambda: b"\x07" in t.raw[before:] or b"\n" in t.raw[before:], "a sign")
            t.wait(lambda: t.screen.x == len(PROMPT + after), f"the cursor behind {after!r}")
            t.interrupt()
        assert t.leave() == 0


def tab_completes_in_the_middle():
    with shell() as t:
        t.send("top  json" + (ESCAPE + "[D") * 5)
        t.send("parseQ" + TAB)
        t.see_line("top net/url\\.parseQuery  json")
        t.interrupt()
        assert t.leave() == 0


def what_tab_completes_can_be_run():
    with shell() as t:
        t.send("peek literal" + TAB)
        t.see_line("peek encoding/json\\.\\(\\*decodeState\\)\\.literalInterface")
        said = t.run()
        assert any(line.endswith("| encoding/json.(*decodeState).literalInterface")
                   or line.endswith(" encoding/json.(*decodeState).literalInterface")
                   for line in said), said
        assert t.leave() == 0


def tab_lists_what_is_ambiguous():
    with shell() as t:
        t.send("top" + TAB)
        t.see_line("top")
        t.see("top       topproto")
        t.send("p" + TAB)
        t.see_line("topproto")
        t.interrupt()
        t.send("all" + TAB)
        t.see("all_frames=    alloc_objects  alloc_space")
        t.see_line("all")
        t.interrupt()
        t.send("granularity=" + TAB)
        t.see("addresses      filefunctions  files          functions      lines")
        t.see_line("granularity=")
        t.interrupt()
        t.send("trim=" + TAB)
        t.see("false  true")
        t.interrupt()
        assert t.leave(CTRL_D) == 0


def tab_tells_the_packages_of_what_is_left():
    names = [f"example.com/{p}.function{i}" for i in range(30) for p in ("alpha", "beta", "gamma")]
    path = write_profile(names, [[i + 1] for i in range(len(names))])
    with shell(path, rows=12, columns=100) as t:
        t.send("peek function" + TAB + TAB)
        t.see("; of example.com/gamma, example.com/beta, example.com/alpha")
        t.interrupt()
        assert t.leave() == 0


def tab_lists_one_screen_at_a_time():
    names = [f"package.function{i:03}" for i in range(200)]
    path = write_profile(names, [[i] for i in range(1, 201)])
    with shell(path, rows=12, columns=50) as t:
        t.send("focus=package" + TAB)
        t.see_line("focus=package\\.function")
        t.send(TAB)
        t.see("Tab shows them")
        shown = [n for line in t.new_lines() for n in line.split() if n.startswith("package")]
        more = [line for line in t.new_lines() if "more" in line]
        assert len(shown) == 20 and more == ["180 more: Tab shows them"], t.new_lines()
        assert shown[0] == "package\\.function199", shown  # the heaviest first
        t.see_line("focus=package\\.function")
        t.send(TAB)
        t.see("160 more: Tab shows them")
        t.see_line("focus=package\\.function")
        t.interrupt()
        t.send("focus=function19" + TAB)
        t.see_line("focus=package\\.function19")
        t.send("7" + TAB)
        t.see_line("focus=package\\.function197")
        t.interrupt()
        assert t.leave(CTRL_D) == 0


def tab_completes_keys_and_values_of_tags():
    path = write_profile(["main"], [[1]], [("zone", "north(1)"), ("zeal", "x"), ("user", "me.too")])
    with shell(path) as t:
        for typed, after in (("tagfocus=us", "tagfocus=user="), ("tags ze", "tags zeal"),
                             ("tagfocus=user=", "tagfocus=user=me\\.too"),
                             ("tagignore=zone=n", "tagignore=zone=north\\(1\\)"),
                             ("tagroot=zeal,zo", "tagroot=zeal,zone"),
                             ("tagshow=us", "tagshow=user")):
            t.send(typed + TAB)
            t.wait(lambda: t.screen.text()[-1].startswith(PROMPT + after), after)
            t.interrupt()
        t.send("tagleaf=z" + TAB)
        t.see("zeal  zone")
        t.interrupt()
        assert t.leave(CTRL_D) == 0


def tab_completes_file_names():
    folder = pathlib.Path(tap.scratch("folder"))
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "deep.txt").touch()
    (folder / "report-one.txt").touch()
    (folder / "report-two.txt").touch()
    (folder / ".hidden").touch()
    with shell(tap.TESTDATA / PROFILE, cwd=folder) as t:
        for typed, after in (("top > su", "top > sub/"), ("top >rep", "top >report-"),
                             ("top > report-o", "top > report-one.txt"),
                             ("top >sub/de", "top >sub/deep.txt"), ("top > .h", "top > .hidden"),
                             ("open report-t", "open report-two.txt"), ("output=su", "output=sub/"),
                             ("base=report-o", "base=report-one.txt"),
                             ("diff_base=x,report-o", "diff_base=x,report-one.txt")):
            t.send(typed + TAB)
            t.see_line(after)
            t.interrupt()
        t.send("open " + TAB)
        t.see("report-one.txt  report-two.txt  sub/")
        t.interrupt()
        assert t.leave(CTRL_D) == 0


def tab_counts_characters():
    path = write_profile(["\u03bb\u00e9\u00fc.\u03c9mega", "\u6f22\u5b57.f"], [[1], [2]])
    with shell(path) as t:
        t.send("peek \u03bb\u00e9" + TAB)
        t.see_line("peek \u03bb\u00e9\u00fc\\.\u03c9mega")
        said = t.run()
        assert any("\u03bb\u00e9\u00fc.\u03c9mega" in line for line in said), said
        t.send("top x \u00fc\\." + TAB)
        t.see_line("top x \u03bb\u00e9\u00fc\\.\u03c9mega")
        t.interrupt()
        assert t.leave() == 0


def tab_writes_nothing_that_a_terminal_obeys():
    names = ["evil\x1b[31mred\x07", "evil\x1b]0;title\x07", "evil\x9b1m", b"evil\xff\xfe",
             "evil\x08\x7f"]
    path = write_profile(names, [[i] for i in range(1, 6)], [("key\x1b[5m", "value\x1b[6m")])
    with shell(path) as t:
        for typed in ("focus=evil", "tagroot=k", "tagfocus=key", "peek red", "peek title"):
            t.send(typed + TAB)
            t.send(TAB)
            t.wait(lambda: len(t.screen.text()[-1]) >= len(PROMPT + typed), typed)
            t.interrupt()
        for bad in (b"[31m", b"[5m", b"[6m", b"]0;", "\x9b".encode()):
            assert b"\x1b" + bad not in t.raw and b"\xc2" + bad not in t.raw, (bad, t.raw)
        assert b"\x9b" not in t.raw.replace("\u229b".encode(), b""), t.raw
        assert t.leave() == 0


def interrupt_clears_the_line():
    with shell() as t:
        t.send("top nosuch( and more")
        t.see_line("top nosuch( and more")
        t.interrupt()
        said = t.run("top1")
        assert any("objectInterface" in line for line in said), said
        for _ in range(5):
            t.interrupt()
        t.send(UP)
        t.see_line("top1")  # what was given up is not kept
        t.interrupt()
        assert t.leave() == 0


def a_signal_at_the_prompt_clears_the_line():
    with shell() as t:
        for _ in range(3):
            t.send("top nosuch")
            t.see_line("top nosuch")
            t.row = t.screen.y + 1
            time.sleep(0.5)  # the editor may have printed the prompt but not caught signals yet
            os.kill(t.pid, signal.SIGINT)
            t.prompt()
        said = t.run("top1")
        assert any("objectInterface" in line for line in said), said
        t.send(CTRL_C * 20)
        t.run("top1")
        assert t.leave() == 0


def interrupt_ends_the_reading_of_many_files():
    names = pathlib.Path(tap.scratch("names"))
    names.write_text(PROFILE + "\n")
    with shell(args=[f"-files_from={names}"]) as t:
        names.write_text((PROFILE + "\n") * 1000000)
        t.send("reload" + ENTER)
        t.see("merging ")
        began = time.monotonic()
        t.send(CTRL_C)
        t.see("interrupted")
        took = time.monotonic() - began
        print(f"# interrupted after {1000 * took:.0f} ms")
        assert took < 1, took  # most of a tenth of a second in a plain build
        t.prompt()
        said = t.run("top1")  # of what was there before
        assert any("objectInterface" in line for line in said), said
        assert t.leave() == 0


def end_of_input_ends_the_session():
    with shell() as t:
        assert t.leave(CTRL_D) == 0
    with shell() as t:
        t.send("top")
        t.see_line("top")
        t.send("\x01" + CTRL_D)  # at the start of a line it deletes a letter
        t.see_line("op")
        t.interrupt()
        assert t.leave(CTRL_D) == 0


def every_word_that_leaves():
    for word in ("q", "quit", "exit"):
        with shell() as t:
            assert t.leave(word + ENTER) == 0, word


def history_is_kept_across_sessions():
    home = new_home()
    with shell(home=home) as t:
        t.run("top1")
        t.run("  peek unquote  ")
        t.run("nosuch")
        t.run("")
        assert t.leave() == 0
    file = history_of(home)
    assert file.read_text() == "top1\npeek unquote\nnosuch\nq\n", file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, oct(file.stat().st_mode)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    with shell(home=home) as t:
        for want in ("q", "nosuch", "peek unquote", "top1"):
            t.send(UP)
            t.see_line(want)
        said = t.run()
        assert any("objectInterface" in line for line in said), said
        assert t.leave() == 0


def history_goes_home_without_a_state_folder():
    home = new_home()
    env = environment(home)
    del env["XDG_STATE_HOME"]
    with shell(env=env) as t:
        t.run("top1")
        assert t.leave() == 0
    assert (pathlib.Path(home) / ".local/state/cprof/history").read_text() == "top1\nq\n"
    for state in ("", "relative"):
        with shell(env=env | {"XDG_STATE_HOME": state, "HOME": ""}) as t:
            t.run("top1")
            assert t.leave() == 0
    assert not (tap.TESTDATA / "relative").exists()


def history_that_cannot_be_kept_is_no_matter():
    home = new_home()
    (pathlib.Path(home) / "state").write_text("a file")
    with shell(home=home) as t:
        t.run("top1")
        t.send(UP)
        t.see_line("top1")
        t.interrupt()
        assert t.leave() == 0
    home = new_home()
    file = history_of(home)
    file.parent.mkdir(parents=True)
    target = pathlib.Path(tap.scratch("target"))
    target.write_text("secret\n")
    file.symlink_to(target)  # a link is not followed
    with shell(home=home) as t:
        t.run("top1")
        assert t.leave() == 0
    assert target.read_text() == "secret\n"


def history_is_bounded():
    home = new_home()
    file = history_of(home)
    file.parent.mkdir(parents=True)
    file.write_text("".join(f"top {i}\n" for i in range(HISTORY_LINES * 2)))
    with shell(home=home) as t:
        t.run("peek unquote")
        assert t.leave() == 0
    lines = file.read_text().splitlines()
    assert len(lines) <= HISTORY_LINES + HISTORY_LINES // 4, len(lines)
    assert lines[-3:] == [f"top {HISTORY_LINES * 2 - 1}", "peek unquote", "q"], lines[-3:]
    size = 100 << 10
    file.write_text("".join(f"{i}" + "x" * size + "\n" for i in range(20)) + "last\n")
    with shell(home=home) as t:
        t.send(UP)
        t.see_line("last")
        t.send(CTRL_C)
        assert t.leave() == 0
    text = file.read_text()
    assert len(text) < 1100 << 10 and text.endswith("last\nq\n"), len(text)
    assert text[0] != "x", "begins in the middle of a line"


def history_of_two_sessions_at_once():
    home = new_home()
    with shell(home=home) as one, shell(home=home) as two:
        for i in range(5):
            one.run(f"top {i} one")
            two.run(f"top {i} two")
        assert two.leave() == 0 and one.leave() == 0
    lines = history_of(home).read_text().splitlines()
    want = [f"top {i} {who}" for i in range(5) for who in ("one", "two")]
    assert lines == [*want, "q", "q"], lines


def lines_of_history_are_found_again():
    with shell() as t:
        t.run("peek unquote")
        t.run("top 2 json")
        t.run("top1")
        t.send(CTRL_R + "unq")
        t.wait(lambda: "bck:unq" in t.screen.text(), "the search")
        t.wait(lambda: PROMPT + "peek unquote" in t.new_lines(), "what is found")
        t.send(ENTER)
        t.see("encoding/json.unquote")
        t.prompt()
        t.send(UP)
        t.see_line("peek unquote")
        t.interrupt()
        assert t.leave() == 0


def the_keys_of_vi():
    home = new_home()
    (pathlib.Path(home) / ".editrc").write_text("bind -v\n")
    with shell(home=home) as t:
        t.send("xtop1y")
        t.see_line("xtop1y")
        t.send(ESCAPE)
        t.send("x0x")
        t.see_line("top1")
        said = t.run()
        assert any("objectInterface" in line for line in said), said
        t.send("comm" + TAB)
        t.see_line("comments")
        t.send(ESCAPE + "0")
        t.wait(lambda: t.screen.x == len(PROMPT), "the cursor at the start")
        t.interrupt()
        t.send(ESCAPE + "k")
        t.see_line("top1")
        t.send(CTRL_C)
        assert t.leave("q" + ENTER) == 0


def lines_longer_than_the_screen():
    with shell(columns=40) as t:
        t.send("top 1 " + "json|" * 30 + "main")
        t.wait(lambda: t.screen.text()[-1].endswith("|main"), "the end of the line")
        t.send("\x01" + "\x0b")  # to the start, and cut the rest
        t.wait(lambda: "".join(t.screen.lines[t.screen.y]).strip() == PROMPT.strip(), "no line")
        said = t.run("top1")
        assert any("on.(*decodeState).objectInterface" in line for line in said), said
        assert t.leave() == 0


def a_profile_from_standard_input_leaves_the_terminal_to_the_lines():
    with open(tap.TESTDATA / PROFILE, "rb") as file:
        argv = ["/bin/sh", "-c", f'exec "{tap.CPROF}" - <{file.name}']
        with Terminal(argv, environment(new_home()), tap.TESTDATA) as t:
            t.prompt()
            said = t.run("top1")
            assert any("objectInterface" in line for line in said), said
            said = t.run("reload")
            assert said == ["standard input cannot be read again"], said
            assert t.leave() == 0
        argv = ["/bin/sh", "-c", f'exec "{tap.CPROF}" -base=- {PROFILE} <{file.name}']
        with Terminal(argv, environment(new_home()), tap.TESTDATA) as t:
            t.prompt()
            said = t.run("top1")
            assert any("of 0 total" in line for line in said), said
            assert t.leave() == 0


if __name__ == "__main__":
    tap.run(tests(globals()))
