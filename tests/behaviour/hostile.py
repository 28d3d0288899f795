# SPDX-License-Identifier: Apache-2.0
"""Names out of a stranger's profile, in every place that shows them."""

import os
import pathlib
import pty
import re
import shutil
import subprocess
import xml.etree.ElementTree as xml

import tap
from pb import Strings, field, varint
from tap import cprof, must

NAMES = [
    b'quote " and \\ backslash \\" \\n end', b"line\nbreak\r\n", b"<script>alert(1)</script>",
    b"]]><script>x</script>", b"a & b &lt; &#60; &amp;", b"\x1b[31mred\x1b[0m\x07\x08\x7f",
    b"\xc2\x9b31m C1", b"bad \xff\xfe\xc0\xaf utf-8", b"tab\tand\x00null", b"%s%n%x {} $HOME `id`",
    "right \u202e to left".encode(), b"x" * 70000, b'"]; evil [URL="javascript:alert(1)"]; x["',
    b'" onload="alert(1)', b"\xef\xbf\xbe \xef\xbf\xbf", b"{rank=same}|{a|b}",
    "hidden\u200b \u2066turned\u2069 \u061c \u2028 \ufeff \u00ad \U000e0041 end".encode(),
]


def hostile_profile():
    s, out = Strings(), b""
    out += field(1, field(1, s(b"bad\x1b[1m type")) + field(2, s(b"<unit>\n\"")))
    for i, name in enumerate(NAMES, 1):
        labels = field(3, field(1, s(name)) + field(2, s(NAMES[-i])))
        labels += field(3, field(1, s(b"bytes")) + field(3, 1000 * i) + field(4, s(b"bytes")))
        stack = b"".join(varint(x) for x in (i, i % len(NAMES) + 1, 1))
        out += field(2, field(1, stack) + field(2, varint(100 * i)) + labels)
        out += field(4, field(1, i) + field(2, 1) + field(3, 4096 * i) +
                     field(4, field(1, i) + field(2, i)))
        out += field(5, field(1, i) + field(2, s(name)) + field(3, s(b"sys" + name)) +
                     field(4, s(name + b"/" + name)))
    out += field(3, field(1, 1) + field(5, s(b"/bin/" + NAMES[0].replace(b"/", b""))) +
                 field(6, s(NAMES[5])))
    out += field(13, s(NAMES[2])) + field(13, s(NAMES[5])) + field(15, s(NAMES[12]))
    out += field(11, field(1, s(NAMES[3])) + field(2, s(NAMES[5])))
    return out + s.fields()


DATA = hostile_profile()
PATH = tap.scratch("pb")
with open(PATH, "wb") as file:
    file.write(DATA)

REPORTS = [["-top"], ["-top", "-lines"], ["-top", "-addresses"], ["-top", "-files"], ["-tree"],
           ["-peek=."], ["-list=."], ["-traces"], ["-traces", "-lines"], ["-tags"], ["-raw"],
           ["-comments"], ["-dot"], ["-dot", "-call_tree", "-lines"], ["-callgrind"], ["-proto"],
           ["-topproto"], ["-top", "-tagroot=bytes", "-tagleaf=" + NAMES[4].decode()]]


def every_report_comes_to_an_end():
    for args in REPORTS:
        done = cprof(*args, PATH)
        assert done.returncode == 0 and done.stdout, (args, done.stderr[:500])


def graphviz_reads_the_graph():
    if not shutil.which("dot"):
        raise tap.Skip("no dot")
    for args in ["-dot"], ["-dot", "-lines", "-call_tree"]:
        graph = must(*args, PATH)
        done = subprocess.run(["dot", "-Tsvg"], input=graph, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE)
        assert done.returncode == 0 and b"syntax error" not in done.stderr, done.stderr[:500]


PICTURES = [[], ["-lines", "-call_tree"], ["-addresses", "-trim=false"],
            ["-tagroot=" + NAMES[4].decode(), "-tagleaf=" + NAMES[2].decode()],
            ["-focus=<script>|]]>|\"|.", "-hide=\x1b|</svg>|\\n", "-compact_labels=false"],
            ["-files", "-unit=<b onclick='x'>", "-ignore=<!--"]]


def the_picture_is_xml_without_strange_scripts():
    if not shutil.which("dot"):
        raise tap.Skip("no dot")
    for args in PICTURES:
        check_picture(xml.fromstring(must("-svg", *args, PATH)))


def check_picture(root):
    scripts = [e for e in root.iter() if e.tag.endswith("script")]
    assert len(scripts) == 1 and "viewport" in scripts[0].text and "alert" not in scripts[0].text
    for element in root.iter():
        for key, value in element.attrib.items():
            assert not key.lower().startswith("on"), (element.tag, key, value)
            assert not (key.endswith("href") and "javascript:" in value), value
    texts = " ".join(e.text or "" for e in root.iter())
    assert "<script>alert(1)</script>" in texts  # as text


def the_picture_of_a_plain_profile_moves_and_zooms():
    if not shutil.which("dot"):
        raise tap.Skip("no dot")
    root = xml.fromstring(must("-svg", "config_heap.pb.gz"))
    assert root.attrib["width"] == root.attrib["height"] == "100%" and "viewBox" not in root.attrib
    ids = [e.attrib.get("id", "") for e in root.iter()]
    assert "viewport" in ids and "graph0" in ids and "node1" in ids


def graph_text_stays_between_its_quotes():
    for line in must("-dot", PATH).decode().splitlines():
        bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', line)
        assert '"' not in bare.replace('""', ""), line[:300]
        assert "evil" not in bare and "script" not in bare, line[:300]


def callgrind_lines_stay_records():
    record = re.compile(r"(positions|events|ob|fl|fn|cfl|cfn|calls)[:=]|[-+*0-9]|$")
    for line in must("-callgrind", PATH).split(b"\n"):
        assert record.match(line.decode("utf-8", "replace")), line[:200]


ORDERS = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]")
# What turns the direction of a line, ends it where none is seen, or is not seen at all.
TRICKS = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0041]")
COLORS = re.compile(rb"\x1b\[[0-9;]*m")


def check_shown(args, shown):
    shown = re.sub(rb"\r+\n", b"\n", shown)  # the terminal's own line ends, and those of CSV
    assert b"\nbreak" not in shown or "-format=csv" in args, args  # there it is between quotes
    bad = ORDERS.search(shown)
    assert len(shown) > 20 and not bad, (args, shown[max(0, bad.start() - 40):bad.end() + 20])
    trick = TRICKS.search(shown.decode("utf-8", "replace"))
    assert not trick, (args, trick)


def read_all(terminal):
    out = b""
    while True:
        try:
            block = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            break
        if not block:
            break
        out += block
    os.close(terminal)
    return out


def what_a_terminal_shows(*args):
    """What arrives at a pseudo-terminal, and at standard error on the same one."""
    child, master = pty.fork()
    if child == 0:
        os.execve(tap.CPROF, [tap.CPROF, *args], tap.environment())
    out = read_all(master)
    os.waitpid(child, 0)
    return out


def no_name_gives_a_terminal_orders():
    others = [["-top", f"-format={name}"] for name in ("json", "csv", "tsv", "markdown")]
    for args in REPORTS + others + [["-folded"], ["-traces", "-format=json"]]:
        if args[0] in ("-proto", "-topproto", "-callgrind"):
            continue
        shown = what_a_terminal_shows(*args, PATH)
        check_shown(args, shown)


def colours_are_all_the_orders_a_terminal_gets():
    for args in ["-top", "-color=always"], ["-tree", "-color=always"], ["-peek=.", "-color=always"]:
        shown = what_a_terminal_shows(*args, PATH)
        assert COLORS.search(shown) and b"\x1b[31mred" not in shown, args
        check_shown(args, COLORS.sub(b"", shown))


def no_source_gives_a_terminal_orders():
    folder = pathlib.Path(tap.scratch("sources"))
    folder.mkdir()
    (folder / "main.c").write_bytes(b"\x1b]0;title\x07 \xc2\x9b31m \x7f\r\n\ttab \xff\x00\n" * 9)
    s = Strings()
    data = field(1, field(1, s(b"samples")) + field(2, s(b"count")))
    data += field(2, field(1, 1) + field(2, 7))
    data += field(4, field(1, 1) + field(4, field(1, 1) + field(2, 3)))
    data += field(5, field(1, 1) + field(2, s(b"main")) + field(4, s(b"main.c")))
    path = folder / "profile.pb"
    path.write_bytes(data + b"".join(field(6, text) for text in s.all))
    shown = what_a_terminal_shows("-list=main", f"-source_path={folder}", str(path))
    check_shown("-list", shown)
    plain = b"one\ntwo\n\tthree \x1b[1m\n"
    (folder / "main.c").write_bytes(plain)
    shown = what_a_terminal_shows("-list=main", f"-source_path={folder}", str(path))
    check_shown("-list", shown)
    assert b"three \\x1b[1m" in shown, shown


def the_shell_gives_a_terminal_no_orders():
    terminal, other = pty.openpty()
    lines = b"top\ntree\npeek .\ntags\ntraces\ncomments\nlist .\no\nfocus=\x1b[1m\nnosuch\x1b\n"
    child = subprocess.Popen([tap.CPROF, PATH], stdin=subprocess.PIPE, stdout=other, stderr=other,
                             env=tap.environment())
    os.close(other)
    child.stdin.write(lines)
    child.stdin.close()
    check_shown("shell", read_all(terminal))
    assert child.wait() == 0


def no_message_gives_a_terminal_orders():
    for args in (["-top", "no\x1b[31msuch\x07"], ["-top", "-sample_index=\x1b[31m", PATH],
                 ["-top", "-sample_index=x", PATH], ["-peek=\x1b[31mzzz", PATH],
                 ["-\x1b[31m"], ["-top", "-focus=(\x1b[31m", PATH], ["-top", "no\u009b31msuch"],
                 ["-\u009bm"], ["-peek=\u009bzzz", PATH], ["-top", "-trim=\r\n\u0085", PATH],
                 ["-top", "-output=/nonexistent/\x1b\u0090", PATH], ["-top", "-base=\x1bc", PATH]):
        done = cprof(*args)
        assert done.returncode and done.stderr.count(b"\n") == 1, (args, done.stderr)
        assert not ORDERS.search(done.stderr), (args, done.stderr)
    done = cprof("-top", "-keep_going", PATH, "\x1b[31m\u009b\r")
    assert done.returncode == 0 and not ORDERS.search(done.stderr), done.stderr


def a_pipe_gets_names_as_they_are():
    assert NAMES[5] in must("-traces", PATH) and NAMES[7] in must("-traces", PATH)


tap.run([every_report_comes_to_an_end, graphviz_reads_the_graph,
         the_picture_is_xml_without_strange_scripts,
         the_picture_of_a_plain_profile_moves_and_zooms, graph_text_stays_between_its_quotes,
         callgrind_lines_stay_records, no_name_gives_a_terminal_orders,
         colours_are_all_the_orders_a_terminal_gets, no_source_gives_a_terminal_orders,
         the_shell_gives_a_terminal_no_orders,
         no_message_gives_a_terminal_orders, a_pipe_gets_names_as_they_are])
