# SPDX-License-Identifier: Apache-2.0
"""The server without a browser: addresses, parameters, who may ask, and what it bears."""

import concurrent.futures
import gzip
import json
import os
import pathlib
import re
import select
import shutil
import socket
import time

import serving as s
from serving import serving, tap
from tap import must

import pb

CPU, HEAP = "service_before_cpu.pb.gz", "service_before_heap.pb.gz"
VIEWS = ["flamegraph", "top", "graph", "source", "peek", "tags", "traces"]


def answers_are_the_reports():
    with serving(CPU) as server:
        assert server.get("/ui/top.json") == must("-top", "-format=json", CPU)
        assert server.get("/ui/flamegraph.json") == must("-flame", "-format=json", CPU)
        assert server.get("/ui/tree.json?n=5&sort=cum") == \
            must("-tree", "-nodecount=5", "-cum", "-format=json", CPU)
        assert server.get("/ui/peek.json?f=Handle") == \
            must("-peek=Handle", "-focus=Handle", "-format=json", CPU)
        assert server.get("/ui/traces.json?si=samples") == \
            must("-traces", "-sample_index=samples", "-format=json", CPU)
        assert server.get("/ui/tags.csv") == must("-tags", "-format=csv", CPU)
        assert server.get("/ui/graph.dot?i=regexp") == must("-dot", "-ignore=regexp", CPU)
        assert server.get("/ui/folded.folded") == must("-folded", CPU)


def parameters_are_options():
    flags = {"f": "-focus=Handle", "i": "-ignore=regexp", "h": "-hide=regexp", "s": "-show=main|runtime",
             "sf": "-show_from=Handle", "prunefrom": "-prune_from=regexp", "n": "-nodecount=7", "nf": "-nodefraction=0.1",
             "ef": "-edgefraction=0.1", "trim": "-trim=f", "g": "-granularity=lines", "sort": "-sort=cum",
             "si": "-sample_index=samples", "unit": "-unit=ms", "rel": "-relative_percentages=t",
             "noinlines": "-noinlines=t", "mean": "-mean=t", "dropneg": "-drop_negative=t", "compact": "-compact_labels=t",
             "showcolumns": "-showcolumns=t", "tf": "-tagfocus=a", "ti": "-tagignore=a", "ts": "-tagshow=a", "th": "-taghide=a"}
    with serving(CPU) as server:
        for name, flag in flags.items():
            value = flag.split("=", 1)[1]
            if name == "g":
                flag = "-lines"
            if name == "sort":
                flag = "-cum"
            query = f"{name}={value.replace('|', '%7C')}&nobody=knows"
            status, _, body = server.ask(f"/ui/top.json?{query}")
            done = tap.cprof("-top", "-format=json", flag, CPU)
            assert (status == 200) == (done.returncode == 0), (query, status, done)
            assert status != 200 or body == done.stdout, query


def addresses_lead_where_they_should():
    with serving(CPU) as server:
        for path, status, to in [("/", 307, "/ui"), ("/a/b?f=x", 307, "/ui?f=x"), ("/ui", 301, "/ui/"),
                                 ("/ui/?f=x", 301, "flamegraph?f=x"), ("/ui/flamegraph2?n=3", 301, "flamegraph?n=3"),
                                 ("/ui/flamegraphold", 301, "flamegraph")]:
            got, headers, _ = server.ask(path)
            assert (got, headers["Location"]) == (status, to), (path, got, headers["Location"])
        for view in VIEWS:
            status, headers, body = server.ask(f"/ui/{view}")
            assert status == 200 and headers.get_content_type() == "text/html" and b"data-app" in body
            assert server.ask(f"/ui/{view}", "HEAD")[0] == 200
            for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]:
                assert server.ask(f"/ui/{view}", method)[0] == 405, method
        assert server.ask("/ui/nothing")[0] == 404
        status, headers, body = server.ask("/ui/download?f=Handle")
        assert headers["Content-Disposition"] == "attachment;filename=profile.pb.gz"
        path = tap.scratch("down.pb.gz")
        pathlib.Path(path).write_bytes(body)
        assert must("-raw", path) == must("-raw", CPU)


def wrong_values_are_told():
    with serving(CPU) as server:
        for query, word in [("n=x", b"nodecount"), ("f=(", b"missing closing"), ("g=houses", b"granularity"),
                            ("si=nothing", b"nothing"), ("nf=2x", b"nodefraction"), ("trim=maybe", b"trim"), ("tf=(", b"tagfocus"),
                            ("ti=a:(", b"tagignore"), ("p=(", b"pivot")]:
            status, _, body = server.ask(f"/ui/top.json?{query}")
            assert status == 400 and word in body, (query, status, body)
            status, headers, body = server.ask(f"/ui/flamegraph?{query}")
            assert status == 400 and word in body and headers.get_content_type() == "text/html", (query, body)
        assert b"<script>" not in server.ask("/ui/top?n=%3Cscript%3E")[2] and b"<b>" not in server.ask("/ui/top?n=%3Cu%3E")[2].replace(b"<b>This cannot be shown", b"")
        assert server.ask("/ui/search.json?q=(")[0] == 400


def a_search_is_what_top_says():
    with serving(CPU) as server:
        for row in server.json("/ui/top.json?trim=f")["rows"][:40]:
            q = "^" + re.escape(row["name"]) + "$"
            found = server.json("/ui/search.json?q=" + "".join(f"%{b:02x}" for b in q.encode()))
            assert found == {"count": 1, "value": row["cum"], "names": [row["name"]]}, (row, found)


def rows_come_in_pages():
    with serving(CPU) as server:
        whole = server.json("/ui/top.json?trim=f")
        got = []
        for start in range(0, 300, 50):
            page = server.json(f"/ui/top.json?trim=f&from={start}&rows=50")
            assert len(page["rows"]) <= 50
            got += page["rows"]
            whole["rows"], rows = page["rows"], whole["rows"]
            assert page == whole
            whole["rows"] = rows
        assert got == whole["rows"]


def strangers_get_nothing():
    with serving(CPU) as server:
        port = server.port
        for host in ["localhost", f"localhost:{port}", "127.0.0.1:9", "[::1]:80", "10.1.2.3", "LOCALHOST:1"]:
            assert server.ask("/ui/top", headers={"Host": host})[0] == 200, host
        for host in ["evil.example", f"evil.example:{port}", "localhost.evil.example", "127.0.0.1.evil.example", "",
                     "localhost:x", "[::1", "a@localhost"]:
            assert server.ask("/ui/top", headers={"Host": host})[0] == 421, host
        _, headers, _ = server.ask("/ui/flamegraph", headers={"Origin": "http://evil.example"})
        assert "Access-Control-Allow-Origin" not in headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"]


def settings(home):
    return pathlib.Path(home, "pprof", "settings.json")


def configurations_are_kept():
    home = tap.scratch("config")
    with serving(CPU, env=tap.environment(XDG_CONFIG_HOME=home)) as server:
        token, host = s.token_of(server), f"localhost:{server.port}"
        good = {"X-Cprof-Token": token, "Host": host, "Origin": "http://" + host}
        save = "/ui/saveconfig?config=a%20b&f=Handle&n=7&nf=0.25&calltree=t&si=samples&g=lines&unit=ms"
        assert server.ask(save)[0] == 405
        assert server.ask(save, "POST")[0] == 403
        assert server.ask(save, "POST", good | {"X-Cprof-Token": token[:-1] + "x"})[0] == 403
        for origin in ["http://evil.example", f"https://{host}", f"http://localhost:{server.port + 1}", "null"]:
            assert server.ask(save, "POST", good | {"Origin": origin})[0] == 403, origin
        assert not settings(home).exists()
        assert server.ask(save, "POST", good)[0] == 200
        assert settings(home).parent.stat().st_mode & 0o777 == 0o700
        kept = json.loads(settings(home).read_text())
        assert kept == {"configs": [{"name": "a b", "focus": "Handle", "nodecount": 7, "nodefraction": 0.25, "edgefraction": 0.001,
                                     "call_tree": True, "trim": True, "granularity": "lines", "unit": "ms", "sort": "flat"}]}, kept
        assert server.ask("/ui/saveconfig?config=", "POST", good)[0] == 400
        assert server.ask("/ui/saveconfig?config=x&n=x", "POST", good)[0] == 400
        boot = server.json("/ui/boot.json")["configs"]
        assert boot == [{"name": "a b", "query": "calltree=t&f=Handle&g=lines&n=7&nf=0.25&unit=ms"}], boot
        assert server.ask("/ui/deleteconfig?config=nobody", "POST", good)[0] == 400
        assert server.ask("/ui/deleteconfig?config=a%20b", "POST", good)[0] == 200
        assert json.loads(settings(home).read_text()) == {"configs": []}


def what_others_keep_stays():
    home = tap.scratch("config")
    settings(home).parent.mkdir(parents=True)
    settings(home).write_text('{"theme": 1, "configs": [{"name": "old", "focus": "x", "later": [1]}]}')
    with serving(CPU, env=tap.environment(XDG_CONFIG_HOME=home)) as server:
        token = {"X-Cprof-Token": s.token_of(server)}
        # What is absent is false or 0, not as it would be without a configuration.
        assert server.json("/ui/boot.json")["configs"] == [{"name": "old", "query": "ef=0&f=x&n=0&nf=0&trim=f"}]
        assert server.ask("/ui/saveconfig?config=old&i=y", "POST", token)[0] == 200
        kept = json.loads(settings(home).read_text())
        assert kept["theme"] == 1 and kept["configs"][0]["later"] == [1] and kept["configs"][0]["ignore"] == "y"
        assert "focus" not in kept["configs"][0]
        settings(home).write_text("{ not json")
        assert server.ask("/ui/saveconfig?config=z", "POST", token)[0] == 400
        assert settings(home).read_text() == "{ not json"
        assert server.json("/ui/boot.json")["configs"] == []


def sources_are_read_where_allowed():
    folder = pathlib.Path(tap.scratch("project"))
    outside = pathlib.Path(tap.scratch("secret.go"))
    outside.write_text("secret\n")
    (folder / "sub").mkdir(parents=True)
    (folder / "main.go").write_text("package main\nvisible\n")
    (folder / "sub" / "link.go").symlink_to(outside)
    names = [("main.a", str(folder / "main.go"), 2), ("main.b", "/etc/passwd", 1), ("main.c", str(outside), 1),
             ("main.d", "sub/link.go", 1), ("main.e", "../" + outside.name, 1), ("main.f", str(folder / "sub" / ".." / ".." / outside.name), 1)]
    path = tap.scratch("paths.pb")
    pathlib.Path(path).write_bytes(pb.profile_of_functions(names))

    def lines(server):
        return {r["function"]: r.get("source") for r in server.json("/ui/source.json?f=main")["rows"] if r["flat"]}
    with serving(path, cwd=folder) as server:
        got = lines(server)
        assert got["main.a"] == "visible", got
        assert all(v is None for k, v in got.items() if k != "main.a"), got
        rows = server.json("/ui/source.json?f=main.a&context=t")["rows"]
        assert [(r["line"], r["source"], r["flat"]) for r in rows if r["function"] == "main.a"] == [(1, "package main", 0), (2, "visible", 10)], rows
        assert len(server.json("/ui/source.json?f=main.a")["rows"]) == 1
    with serving(path, cwd="/") as server:
        assert all(v is None for v in lines(server).values())
    with serving(path, cwd=folder, env=tap.environment(HOME=str(folder))) as server:
        assert all(v is None for v in lines(server).values())
    with serving(f"-source_path={folder}", path, cwd="/") as server:
        assert lines(server)["main.a"] == "visible"


def instructions_are_read_where_allowed():
    lot = "binaries/lot.pb.gz"
    no_tools = tap.environment(PPROF_TOOLS="objdump:/nonexistent,llvm-objdump:/nonexistent")
    with serving(lot, env=no_tools) as server:
        status, _, body = server.ask("/ui/disasm.json?f=sum")
        assert status == 501 and b"binutils" in body, (status, body)
        assert server.json("/ui/weblist.json?f=sum")["rows"]
    with serving("-symbolize=none", lot) as server:
        status, _, body = server.ask("/ui/disasm.json?f=lot")
        assert status == 400 and b"symbolize" in body, (status, body)
        assert b"address" not in server.ask("/ui/weblist.json?f=lot")[2]
    with serving(os.path.abspath(tap.TESTDATA / lot), cwd="/") as server:
        status, _, body = server.ask("/ui/disasm.json?f=lot")
        assert status == 400 and b"No such file" in body, (status, body)
    if shutil.which("objdump"):
        with serving(lot) as server:
            assert server.get("/ui/disasm.json?f=sum") == must("-disasm=sum", "-focus=sum", "-format=json", lot)
            att, intel = (server.json("/ui/disasm.json?f=sum" + q)["rows"] for q in ["", "&intel=t"])
            assert len(att) == len(intel) and att[0]["instruction"] != intel[0]["instruction"]
            assert server.get("/ui/weblist.json?f=sum") == must("-weblist=sum", "-focus=sum", "-format=json", lot)
            _, headers, body = server.ask("/ui/weblist.html?f=sum")
            assert body.startswith(b"<!DOCTYPE html>") and b"<script" not in body
            assert "default-src 'none'" in headers["Content-Security-Policy"] and "script-src" not in headers["Content-Security-Policy"]


def large_answers_are_packed():
    with serving(CPU) as server:
        target = "/ui/graph.svg"
        plain = server.get(target)
        _, headers, body = server.ask(target, headers={"Accept-Encoding": "gzip, deflate"})
        assert headers["Content-Encoding"] == "gzip" and gzip.decompress(body) == plain and len(body) < len(plain) / 3
        _, headers, body = server.ask("/ui/download", headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in headers and body[:2] == b"\x1f\x8b"


def many_at_once_get_the_same():
    targets = ["/ui/top.json", "/ui/flamegraph.json?w=500", "/ui/tree.json", "/ui/peek.json?f=mallocgc", "/ui/tags.json",
               "/ui/traces.json", "/ui/top.json?f=Handle&g=lines", "/ui/flamegraph.json?p=mallocgc", "/ui/search.json?q=reg", "/ui/graph.dot"]
    with serving(CPU) as server:
        alone = [server.get(t) for t in targets]
        with concurrent.futures.ThreadPoolExecutor(50) as pool:
            together = list(pool.map(server.get, targets * 5))
        assert together == alone * 5


def addresses_of_servers():
    for text, want in [(":0", "localhost"), ("0", "localhost"), ("localhost", "localhost"), ("localhost:0", "localhost"),
                       ("127.0.0.1:0", "127.0.0.1")]:
        with serving(CPU, address=text) as server:
            assert server.url.startswith(f"http://{want}:"), server.url
            assert server.get("/ui/top.json")
    for args in [["-http=:0", "-top"], ["-http=localhost:99999"], ["-http=a:b:c"]]:
        done = tap.cprof(*args, "-no_browser", CPU)
        assert done.returncode in (1, 2) and done.stderr, done
    assert tap.cprof("-http=:0", "-top", CPU).returncode == 2


def a_server_ends_with_its_profile():
    done = tap.cprof("-http=:0", "-no_browser", "nothing.pb.gz")
    assert done.returncode == 1 and b"nothing.pb.gz" in done.stderr, done
    server = s.Server([CPU]).wait()
    assert server.stop() == 0


def answers_while_profiles_load():
    pipe = tap.scratch("pipe")
    os.mkfifo(pipe)
    with serving(pipe) as server:
        assert server.ask("/ui/flamegraph")[0] == 200
        assert server.json("/ui/progress.json")["ready"] is False
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(server.get, "/ui/top.json")
            time.sleep(0.2)
            assert not waiting.done()
            with open(pipe, "wb") as out:
                out.write((tap.TESTDATA / CPU).read_bytes())
            rows = json.loads(waiting.result(20))["rows"]
            assert rows == json.loads(must("-top", "-format=json", CPU))["rows"]
        assert server.json("/ui/progress.json")["ready"] is True


def connect(server):
    c = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    return c


def slow_and_endless_clients_are_bounded():
    with serving(CPU) as server:
        held = [connect(server) for _ in range(400)]
        for c in held[:200]:
            c.sendall(b"GET /ui/top HTTP/1.1\r\nHost: local")
        started = time.monotonic()
        assert server.get("/ui/top.json?rows=1")
        assert time.monotonic() - started < 5
        c = connect(server)
        c.sendall(b"GET /ui/top?f=" + b"x" * (1 << 20) + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        first = c.recv(100)
        assert not first or first.split()[1] in (b"414", b"413", b"431", b"400"), first
        for text in [b"\r\n\r\n", b"\0\1\2\3" * 100, b"GET\r\n\r\n", b"GET /\xff%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                     b"GET /ui/top?%zz=%&=&&a HTTP/1.1\r\nHost: localhost\r\n\r\n", b"POST /ui/saveconfig HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999\r\n\r\n"]:
            with connect(server) as one:
                one.sendall(text)
        body = connect(server)
        body.sendall(b"POST /ui/saveconfig?config=a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999\r\n\r\n")
        try:
            for _ in range(200):
                body.sendall(b"x" * 65536)
                time.sleep(0.001)
            raise AssertionError("an endless body was read")
        except OSError:
            pass
        assert server.get("/ui/top.json?rows=1")
        assert s.peak(server.process.pid) < 300 << 20 or s.sanitized()
        for c in held:
            c.close()


def graphs_leave_room_for_others():
    with serving(CPU) as server:
        held = [connect(server) for _ in range(60)]
        for c in held:
            c.sendall(b"GET /ui/graph.svg HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert server.get("/ui/top.json?rows=1")
        waiting = [c for c in held if not select.select([c], [], [], 0)[0]]
        assert len(waiting) > 20 or not shutil.which("dot"), len(waiting)
        for c in held:
            c.close()


def work_ends_when_clients_go():
    with serving(CPU) as server:
        for _ in range(30):
            with connect(server) as c:
                c.sendall(b"GET /ui/graph.svg HTTP/1.1\r\nHost: localhost\r\n\r\n")
        started = time.monotonic()
        assert server.get("/ui/top.json?rows=1")
        assert time.monotonic() - started < 10
        assert server.stop() == 0


def the_exported_file_stays_small():
    for args in [[CPU], ["-diff_base=" + CPU, "service_after_cpu.pb.gz"], [HEAP], ["edge/deep.pb.gz"] if (tap.TESTDATA / "edge/deep.pb.gz").exists() else ["cache_heap.1.pb.gz"]]:
        page = must("-html", *args)
        assert len(page) <= 1500000 and page.startswith(b"<!doctype html>")
        assert b"frame-ancestors" not in page and b"unsafe" not in page
        assert not re.search(rb'(src|href)="?(https?:)?//', page)
    path = tap.scratch("report.html")
    assert must("-html", f"-output={path}", CPU) == b"" and pathlib.Path(path).stat().st_size > 50000
    with serving(CPU) as server:
        assert server.get("/ui/export.html") == must("-html", CPU)


tap.run([answers_are_the_reports, parameters_are_options, addresses_lead_where_they_should, wrong_values_are_told,
         a_search_is_what_top_says, rows_come_in_pages, strangers_get_nothing, configurations_are_kept, what_others_keep_stays,
         sources_are_read_where_allowed, instructions_are_read_where_allowed,
         large_answers_are_packed, many_at_once_get_the_same, addresses_of_servers, a_server_ends_with_its_profile,
         answers_while_profiles_load, slow_and_endless_clients_are_bounded, graphs_leave_room_for_others, work_ends_when_clients_go,
         the_exported_file_stays_small])
