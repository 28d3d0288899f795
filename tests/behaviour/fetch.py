# SPDX-License-Identifier: Apache-2.0
"""Profiles from URLs: every manner that a server may have, good and bad."""

import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

import tap
from pb import field
from server import HEAP, Running
from tap import TESTDATA, cprof

FILE = "cache_heap.1.pb.gz"


def need_curl():
    done = cprof("-top", "http://127.0.0.1:1/x")
    if b"without libcurl" in done.stderr or b"not installed" in done.stderr:
        raise tap.Skip("no libcurl")


def env(**more):
    home = tap.scratch("home")
    os.mkdir(home)
    return tap.environment(HOME=home, PPROF_TMPDIR=home + "/saved") | more


def get(*args, **more):
    """A run with folders of its own; its result and where it would save."""
    e = env(**more.pop("env", {}))
    return cprof(*args, env=e, **more), pathlib.Path(e["PPROF_TMPDIR"])


def same_as_file(*args, flags=(), file=FILE, **more):
    done, saved = get("-raw", *flags, *args, **more)
    assert done.returncode == 0, (args, done.stderr)
    assert done.stdout == tap.must("-raw", file), args
    return done, saved


def refused(*args, says=(), status=(1, 5), lines=1, **more):
    done, saved = get("-top", *args, **more)
    said = [line for line in done.stderr.decode().splitlines()
            if not line.startswith(("Fetching profile", "Please wait"))]
    assert done.returncode in status, (args, done)
    assert done.stdout == b"", (args, done)
    assert len(said) == lines and all(len(line) < 420 for line in said), (args, said)
    for part in says:
        assert part in said[0], (args, said, part)
    assert not saved.exists(), "what failed is never saved"
    return said


def good_manners():
    with Running() as s:
        for manner in ("heap", "bare", "packed", "chunked", "slow_start", "moved?n=1", "moved?n=10"):
            same_as_file(s.url("/" + manner))
        place = s.url("/debug/pprof/heap")
        done, saved = same_as_file(place)
        want = f"Fetching profile over HTTP from {place}\nSaved profile in {saved}/pprof.cache." \
               "alloc_objects.alloc_space.inuse_objects.inuse_space.001.pb.gz\n"
        assert done.stderr.decode() == want, done.stderr
        same_as_file(f"127.0.0.1:{s.port}/heap")
        same_as_file(f"localhost:{s.port}/heap?seconds=1")
        same_as_file(f"127.0.0.1:{s.port}", file="workers_cpu.pb.gz")
        assert s.seen[-1][1] == "/debug/pprof/profile", s.seen[-1]
        same_as_file(f"http://127.0.0.1:{s.port}/", file="workers_cpu.pb.gz")
        assert s.seen[-1][1] == "/debug/pprof/profile", s.seen[-1]
        assert s.seen[-1][2]["User-Agent"].startswith("cprof/")


def addresses_of_version_6():
    try:
        six = Running(host="::1")
    except OSError:
        raise tap.Skip("no IPv6")
    with six as s:
        same_as_file(s.url("/heap", host="[::1]"), env={"http_proxy": "http://127.0.0.1:1"})
        same_as_file(f"[::1]:{s.port}/heap")
    refused(f"[::1]:{s.port}/heap", says=[f"'[::1]:{s.port}/heap': connection refused"])


def names_of_files():
    folder = pathlib.Path(tap.scratch("names"))
    folder.mkdir()
    (folder / "localhost:1").mkdir()
    (folder / "localhost:1" / "heap").write_bytes(HEAP)
    same_as_file("localhost:1/heap", cwd=folder)  # a file of that name wins
    same_as_file(f"file://{folder}/localhost:1/heap")
    for name in ("localhost", "C:/x", "a:b", "host:99999/x", ":80/x"):
        refused(name, says=[f"cannot read '{name}': No such file"])
    refused("ftp://x/y", says=["'ftp' is a scheme that is not fetched", "https+insecure"])
    refused("http://", says=["names no host"])
    refused("http://a:b/", says=["'b' is not a port"])
    refused("http://a b/", says=["is not a host"])
    refused("http://x/\x01", says=["control characters"])


def unix_sockets():
    with tempfile.TemporaryDirectory() as folder, Running(path=folder + "/app.sock") as s:
        same_as_file(s.url("/debug/pprof/heap"))
        same_as_file(s.url("/moved"))
        refused(f"unix://{folder}/no.sock:/x", says=["cannot connect: No such file"])
        refused("unix://x:/y", says=["unix:///path"])
        idle = socket.socket(socket.AF_UNIX)
        idle.bind(folder + "/idle.sock")
        refused(f"unix://{folder}/idle.sock:/x", says=["connection refused"])


def seconds_are_asked_for():
    with Running() as s:
        done, _ = same_as_file(s.url("/profile?seconds=9&x=1"), flags=["-seconds=1"],
                               file="workers_cpu.pb.gz")
        assert s.seen[-1][1] == "/profile?x=1&seconds=1", s.seen[-1]
        assert b"Please wait... (1s)\n" in done.stderr, done.stderr
        done, _ = get("-top", "-seconds=1", s.url("/heap"), s.url("/heap"))
        assert done.stderr.count(b"heap is what changes over 1 s, not what there is") == 1, done


def several_sources():
    with Running() as s:
        urls = [s.url(f"/heap?n={i}") for i in range(40)]
        done, saved = get("-raw", *urls)
        assert done.stdout == tap.must("-raw", *[FILE] * 40)
        assert len(list(saved.iterdir())) == 1
        done, saved = get("-raw", "-fetch_parallel=1", "-threads=1", *urls[:5], FILE)
        assert done.stdout == tap.must("-raw", *[FILE] * 6)
        done, saved = get("-top", f"-base={urls[0]}", FILE)
        assert done.stdout == tap.must("-top", f"-base={FILE}", FILE)
        done, saved = get("-top", f"-diff_base={urls[0]},{urls[1]}", urls[2])
        assert done.stdout == tap.must("-top", f"-diff_base={FILE},{FILE}", FILE)
        names = pathlib.Path(tap.scratch("names"))
        names.write_text("".join(url + "\n" for url in urls))
        done, saved = get("-raw", f"-files_from={names}")
        assert done.stdout == tap.must("-raw", *[FILE] * 40)
        refused(urls[0], s.url("/nosuch"), urls[1], says=["404 Not Found: Unknown profile"])
        done, saved = get("-raw", "-keep_going", urls[0], s.url("/nosuch"), urls[1])
        assert done.stdout == b"Comment: 1 input left out\n" + tap.must("-raw", FILE, FILE), done
        assert done.stderr.count(b"404") == 1


def what_servers_say():
    with Running() as s:
        refused(s.url("/nosuch"), says=["404 Not Found: Unknown profile"])
        refused(s.url("/secret"), says=["401", "needs a user and password, or -header"])
        refused(s.url("/html"), says=["is an HTML page: a login?"])
        refused(s.url("/debug/pprof/"), says=["is an HTML page"])
        refused(s.url("/debug/pprof"), says=["is an HTML page"])
        refused(s.url("/busy"), says=["500", "cpu profiling already in use", "try again"])
        said = refused(s.url("/error_page"), says=["503", "try again later"])
        assert "<html" not in said[0]
        said = refused(s.url("/strange_words"), says=["500"])
        assert "\x1b" not in said[0]
        refused(s.url("/empty"), says=["empty"])
        refused(s.url("/early"), says=["the answer ended early, after 500 bytes"])
        refused(s.url("/cut"), says=["truncated gzip"])
        refused(s.url("/text"), says=["/text'"])
        refused(s.url("/loop"), says=["redirected more than 10 times"])
        refused(s.url("/moved?n=11"), says=["redirected more than 10 times"])
        refused(s.url("/nowhere"), says=["does not say where to"])
        refused(s.url("/away?to=file:///etc/passwd"), says=["'file://…', which is not followed"])
        refused(s.url("/away?to=gopher://x/"), says=["gopher"])


def bombs_and_streams_without_end():
    with Running() as s:
        refused(s.url("/gzbomb"), says=["inflates more than 100 times"])
        refused(s.url("/bomb"), says=["inflates more than 100 times"])
        for manner in ("gzbomb", "bomb"):
            refused("-max_profile=10MiB", s.url("/" + manner), says=["10MiB; -max_profile=SIZE"])
        began = time.monotonic()
        refused("-max_profile=10MiB", s.url("/endless"), says=["-max_profile=SIZE allows more"])
        assert time.monotonic() - began < 20


def those_who_do_not_answer():
    idle = socket.socket()
    idle.bind(("127.0.0.1", 0))
    refused(f"127.0.0.1:{idle.getsockname()[1]}/x",
            says=["connection refused: is the service running", "net/http/pprof"])
    refused("http://nosuchhost.invalid/x", says=["unknown host 'nosuchhost.invalid'"])
    idle.listen()
    closer = subprocess.Popen(["python3", "-c", "import socket,sys\ns=socket.socket()\n"
                               "s.bind(('127.0.0.1',0))\ns.listen()\nprint(s.getsockname()[1],flush=True)\n"
                               "for answer in (b'', b'SSH-2.0-x\\r\\n\\r\\n'):\n"
                               " c=s.accept()[0]\n c.recv(9999)\n c.send(answer)\n c.close()"],
                              stdout=subprocess.PIPE, text=True)
    port = closer.stdout.readline().strip()
    refused(f"127.0.0.1:{port}/x", says=["closed the connection without an answer"])
    refused(f"127.0.0.1:{port}/x", says=["does not speak HTTP"])
    closer.wait()
    with Running() as s:
        began = time.monotonic()
        refused("-timeout=1", s.url("/silent"), says=["took longer than 6 s"])
        assert 5 < time.monotonic() - began < 12


def a_signal_ends_it_soon():
    with Running() as s:
        for manner in ("silent", "trickle"):
            run = subprocess.Popen([tap.CPROF, "-top", s.url("/" + manner)], env=env(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while not any(manner in seen[1] for seen in s.seen):
                time.sleep(0.01)
            time.sleep(0.2)
            began = time.monotonic()
            run.send_signal(signal.SIGINT)
            text = run.communicate(timeout=20)
            took = time.monotonic() - began
            print(f"# {manner} was interrupted after {1000 * took:.0f} ms")
            assert run.returncode == -signal.SIGINT, (run.returncode, text)
            assert took < 2 and text[0] == b"" and text[1].count(b"\n") == 1, (took, text)


def a_signal_does_not_wait_for_names():
    shim = os.environ.get("SLOW_NAMES")
    if not shim:
        raise tap.Skip("no library to preload")
    run = subprocess.Popen([tap.CPROF, "-top", "http://slow.example/heap"],
                           env=env(LD_PRELOAD=shim), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1)
    if run.poll() is not None:
        raise tap.Skip("the library cannot be preloaded")
    began = time.monotonic()
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=20)
    took = time.monotonic() - began
    print(f"# it was interrupted after {1000 * took:.0f} ms")
    assert run.returncode == -signal.SIGINT and took < 3, (run.returncode, took)


def who_asks():
    with Running() as s:
        same_as_file(s.url("/secret", user="user:pa%20ss@"))
        done, _ = get("-top", s.url("/secret", user="user:wrongword@"))
        assert b"wrongword" not in done.stderr and b"401" in done.stderr, done
        e = env()
        netrc = pathlib.Path(e["HOME"]) / ".netrc"
        netrc.write_text('machine 127.0.0.1 login user password "pa ss"\n')
        netrc.chmod(0o600)
        done = cprof("-raw", s.url("/secret"), env=e)
        assert done.stdout == tap.must("-raw", FILE), done.stderr
        file = pathlib.Path(tap.scratch("headers"))
        file.write_text("X-Token: abc\r\nX-More: 1\n")
        same_as_file(s.url("/token"), flags=[f"-header=@{file}"])
        same_as_file(s.url("/token"), flags=["-header=X-Token: abc", "-header=X-More: 1"])
        refused("-header=X-Token: hidden", s.url("/token"), says=["403 Forbidden: go away"])
        said = refused("-header=hidden", s.url("/token"), says=["'Name: value'"])
        assert "hidden" not in said[0]
        refused("-header=@/no/such", s.url("/token"), says=["/no/such", "No such file"])


def secrets_go_to_nobody_else():
    with Running() as first, Running() as other:
        for user in ("", "user:word@"):
            done, _ = get("-top", "-header=X-Token: abc",
                          first.url("/away?to=" + other.url("/heap"), user=user))
            assert done.returncode == 0, done
            seen = other.seen[-1][2]
            assert "X-Token" not in seen and "Authorization" not in seen, seen
            assert first.seen[-1][2]["X-Token"] == "abc"
        done, _ = get("-top", "-header=X-Token: abc", first.url("/moved"))
        assert first.seen[-1][2]["X-Token"] == "abc"  # the same host
        done, saved = get("-proto", first.url("/heap?access_token=hush&apiKey=hush&x=1&sig=hush",
                                              user="me:hush@"))
        assert done.returncode == 0 and b"hush" not in done.stderr and b"x=1" in done.stderr, done
        assert b"access_token=***&apiKey=***&x=1&sig=***" in done.stderr, done.stderr
        assert not any("hush" in name.name for name in saved.iterdir())
        said = refused(first.url("/heap", user="me:hush@"), first.url("/profile?key=hush", user="me:hush@"),
                       says=["cannot merge 'http://127.0.0.1", "key=***"])
        assert "hush" not in said[0]
        e = env(CPROF_SAVE="off")
        done = cprof("-top", "-format=json", first.url("/heap?token=hush", user="me:hush@"), env=e)
        assert done.returncode == 0 and b"hush" not in done.stdout + done.stderr, done


def proxies():
    with Running() as s:
        proxy = {"HTTP_PROXY": f"http://127.0.0.1:{s.port}", "http_proxy": ""}
        done, _ = get("-raw", "http://a.example/heap", env=proxy)
        assert done.stdout == tap.must("-raw", FILE), done.stderr
        assert s.seen[-1][1] == "http://a.example/heap", s.seen[-1]
        done, _ = get("-raw", "http://a.example/heap", env=proxy | {"NO_PROXY": "a.example"})
        assert b"unknown host" in done.stderr, done.stderr
        for host in ("localhost", "127.0.0.1"):
            done, _ = get("-raw", s.url("/heap", host=host),
                          env={"http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"})
            assert done.returncode == 0, done


def certificate(folder, name, issuer=None):
    key, cert = f"{folder}/{name}.key", f"{folder}/{name}.pem"
    sign = ["-CA", f"{folder}/{issuer}.pem", "-CAkey", f"{folder}/{issuer}.key"] if issuer else []
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert, *sign],
                   check=True, stderr=subprocess.DEVNULL)
    return cert, key


def tls():
    if not os.access("/usr/bin/openssl", os.X_OK):
        raise tap.Skip("no openssl")
    with tempfile.TemporaryDirectory() as folder:
        cert, key = certificate(folder, "server")
        mine, my_key = certificate(folder, "me")
        with Running(certificate=(cert, key)) as s:
            refused(s.url("/heap"), says=["not trusted", "-tls_ca", "-tls_cert", "-tls_key",
                                          "https+insecure"])
            same_as_file(s.url("/heap"), flags=[f"-tls_ca={cert}"])
            same_as_file(s.url("/heap"), env={"SSL_CERT_FILE": cert})
            same_as_file(s.url("/heap").replace("https", "https+insecure"))
            refused(s.url("/heap", host="localhost"), f"-tls_ca={cert}", says=["not trusted"])
            refused(f"-tls_ca={folder}/no.pem", s.url("/heap"), says=["not trusted"])
            refused(s.url("/heap").replace("https", "http"), says=["/heap'"])
        with Running(certificate=(cert, key), client_ca=mine) as s:
            same_as_file(s.url("/heap"), flags=[f"-tls_ca={cert}", f"-tls_cert={mine}",
                                                f"-tls_key={my_key}"])
            refused(f"-tls_ca={cert}", s.url("/heap"), says=["/heap'"])
            refused(f"-tls_ca={cert}", f"-tls_cert={folder}/no", f"-tls_key={my_key}",
                    s.url("/heap"), says=["-tls_cert and -tls_key cannot be used"])
        with Running() as s:
            refused(s.url("/heap").replace("http", "https"), says=["is it http://"])
    refused("-tls_cert=x", "http://x/", says=["-tls_key is missing"], status=(2,))
    refused("-tls_key=x", "http://x/", says=["-tls_cert is missing"], status=(2,))


def copies_are_kept():
    with Running() as s:
        e = env()
        saved = pathlib.Path(e["PPROF_TMPDIR"])
        runs = [subprocess.Popen([tap.CPROF, "-top", s.url("/heap")], env=e,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                for _ in range(6)]
        said = b"".join(run.communicate()[1] for run in runs)
        names = sorted(path.name for path in saved.iterdir())
        stem = "pprof.cache.alloc_objects.alloc_space.inuse_objects.inuse_space."
        assert names == [f"{stem}{i:03}.pb.gz" for i in range(1, 7)], names
        for path in saved.iterdir():
            assert str(path).encode() in said
            assert tap.must("-raw", path) == tap.must("-raw", FILE)
        for flags, more in ((["-no_save"], {}), ([], {"CPROF_SAVE": "off"})):
            done, saved = same_as_file(s.url("/heap"), flags=flags, env=more)
            assert b"Saved" not in done.stderr and not saved.exists()
        e = tap.environment(HOME="", TMPDIR=tap.scratch("tmp"))
        done = cprof("-top", s.url("/heap"), env=e)
        assert b"Saved profile in " + e["TMPDIR"].encode() in done.stderr, done.stderr
        done = cprof("-proto", f"-base={s.url('/heap')}", "config_heap.pb.gz", env=env())
        path = done.stderr.decode().split("Saved profile in ")[1].strip()
        assert pathlib.Path(path).read_bytes() == done.stdout


def names_of_copies_stay_in_their_folder():
    strings = [b"", b"x/../../y", b"count", b".hidden\x01" + b"n" * 300]
    profile = b"".join([field(1, field(1, 1) + field(2, 2)), field(3, field(1, 1) + field(5, 3)),
                        *(field(6, s) for s in strings)])
    with Running() as s:
        s.server.heap = profile
        done, saved = get("-raw", s.url("/heap"))
        assert done.returncode == 0, done
        name, = os.listdir(saved)
        assert len(name.encode()) <= 200 and name.endswith(".001.pb.gz"), name
        assert name.startswith("pprof._hidden_nnn") and "/" not in name, name


def the_shell_fetches():
    with Running() as s:
        e = env(CPROF_SAVE="off")
        place = s.url("/heap")
        lines = f"top1\nbase={place}\ntop1\nbase=\nopen {place}\nreload\ntop1\nopen {s.url('/nosuch')}\ntop1\n"
        done = cprof(FILE, data=lines.encode(), env=e)
        top = tap.must("-top", "-nodecount=1", "-compact_labels", FILE)
        diff = tap.must("-top", "-nodecount=1", "-compact_labels", f"-base={FILE}", FILE)
        assert done.stdout == top + diff + top + top, done
        assert done.stderr.count(b"Fetching profile over HTTP from") == 4, done.stderr
        assert b"404 Not Found: Unknown profile" in done.stderr


def addresses(*stacks, start=0x1000, file=b""):
    """A profile of addresses without names."""
    strings = [b"", b"samples", b"count", file]
    ids = sorted({a for stack in stacks for a in stack})
    return b"".join([
        field(1, field(1, 1) + field(2, 2)),
        *(field(2, b"".join(field(1, ids.index(a) + 1) for a in stack) + field(2, 10 * (i + 1)))
          for i, stack in enumerate(stacks)),
        field(3, field(1, 1) + field(2, start) + field(3, start + 0x9000) + field(5, 3 if file else 0)),
        *(field(4, field(1, i + 1) + field(2, 1) + field(3, a)) for i, a in enumerate(ids)),
        *(field(6, x) for x in strings)])


def services_name_addresses():
    def symbol(body):
        names = {b"0x1010": "main.work", b"0x1020": "std::vector<int>::push_back(int const&)", b"0x1030": ""}
        return ("num_symbols: 1\n" + "".join(f"{a.decode()}\t{names.get(a, 'x' + a.decode())}\r\n"
                                             for a in body.split(b"+"))).encode()

    with Running(symbol=symbol) as s:
        s.server.heap = addresses([0x1010, 0x1020], [0x1020, 0x1030])
        done, saved = get("-traces", "-header=X-Token: abc", s.url("/debug/pprof/heap?x=1"))
        assert done.returncode == 0, done
        for name in (b"main.work", b"std::vector::push_back"):
            assert name in done.stdout, done.stdout
        (path, body, headers), = s.posts
        assert path == "/debug/pprof/symbol" and headers["X-Token"] == "abc", s.posts
        assert sorted(body.split(b"+")) == [b"0x1010", b"0x1020", b"0x1030"], body
        assert headers["Content-Type"] == "application/octet-stream"
        saved, = saved.iterdir()
        assert tap.must("-traces", saved) == done.stdout
        for place, want in (("/pprof/heap", "/pprof/symbol"), ("/a/pprofz/heap", "/a/pprofz/symbolz")):
            s.posts.clear()
            done, _ = get("-top", "-symbolize=remote", s.url(place))
            assert s.posts[0][0] == want and b"main.work" in done.stdout, (s.posts, done)
        for mode in ("none", "local"):
            s.posts.clear()
            done, _ = get("-top", f"-symbolize={mode}", s.url("/debug/pprof/heap"))
            assert not s.posts and b"main.work" not in done.stdout, (s.posts, done)
        s.posts.clear()
        done, _ = get("-top", s.url("/debug/pprof/heap"), s.url("/debug/pprof/heap?2"))
        assert len(s.posts) == 2 and done.stdout.count(b"main.work") == 1, (s.posts, done)
        done, _ = get("-top", f"-base={s.url('/debug/pprof/heap')}", s.url("/debug/pprof/heap"))
        assert done.returncode == 0 and b"of 0 total" in done.stdout, done


def services_that_know_no_names():
    with Running() as s:
        s.server.heap = addresses([0x1010], [0x1020])
        done, _ = get("-top", s.url("/debug/pprof/heap"), s.url("/debug/pprof/heap"))
        assert done.returncode == 0 and b"<unknown>" in done.stdout, done
        assert done.stderr.count(b"no names for addresses from") == 1, done.stderr
        assert b"/debug/pprof/symbol': 404 Not Found: 404 page not found" in done.stderr, done.stderr
    with Running(symbol=lambda body: b"\x00\xff garbage 0x 0x1010\n0xzz y\n0x123456789012345678901 z") as s:
        s.server.heap = addresses([0x1010])
        done, _ = get("-top", s.url("/debug/pprof/heap"))
        assert done.returncode == 0, done


need_curl_first = [services_name_addresses, services_that_know_no_names, good_manners, addresses_of_version_6, names_of_files, unix_sockets, seconds_are_asked_for,
                   several_sources, what_servers_say, bombs_and_streams_without_end,
                   those_who_do_not_answer, a_signal_ends_it_soon, a_signal_does_not_wait_for_names, who_asks,
                   secrets_go_to_nobody_else, proxies, tls, copies_are_kept,
                   names_of_copies_stay_in_their_folder, the_shell_fetches]

if __name__ == "__main__":
    try:
        need_curl()
        tap.run(need_curl_first)
    except tap.Skip as why:
        print(f"1..0 # SKIP {why}")
