# SPDX-License-Identifier: Apache-2.0
"""An HTTP server with good and bad manners, on loopback or a Unix socket, with TLS or without."""

import gzip
import http.server
import socket
import socketserver
import ssl
import threading
import time
import urllib.parse

from tap import TESTDATA

HEAP = (TESTDATA / "cache_heap.1.pb.gz").read_bytes()
CPU = (TESTDATA / "workers_cpu.pb.gz").read_bytes()

# One string of 100 MiB.
BOMB = gzip.compress(b"\x32" + b"\x80\x80\x80\x32" + bytes(100 << 20), 6)

LIST = b"""<html><head><title>/debug/pprof/</title></head><body>
<table><thead><td>Count</td><td>Profile</td></thead>
<tr><td>9</td><td><a href='allocs?debug=1'>allocs</a></td></tr>
<tr><td>0</td><td><a href='cmdline?debug=1'>cmdline</a></td></tr>
<tr><td>2</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>
<tr><td>9</td><td><a href='heap?debug=1'>heap</a></td></tr>
<tr><td>0</td><td><a href='profile?debug=1'>profile</a></td></tr>
</table><a href="goroutine?debug=2">full goroutine stack dump</a></body></html>
"""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def address_string(self):
        return "client"

    def answer(self, body, status=200, reason=None, type="application/octet-stream", **headers):
        self.send_response(status, reason)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.place = urllib.parse.urlsplit(self.path)
        self.query = urllib.parse.parse_qs(self.place.query)
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        name = self.place.path.strip("/").split("/")
        manner = getattr(self, "on_" + name[-1].replace("-", "_").replace(".", "_"), None)
        if self.place.path.startswith("/debug/pprof") and name[-1] == "pprof":
            manner = self.on_list
        if manner is None:
            self.answer(b"Unknown profile\n", 404, type="text/plain; charset=utf-8")
        else:
            manner()

    def do_POST(self):
        size = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(size)
        self.server.posts.append((self.path, self.body, dict(self.headers)))
        symbol = getattr(self.server, "symbol", None)
        if symbol is None:
            self.answer(b"404 page not found\n", 404, type="text/plain")
        else:
            self.answer(symbol(self.body), type="text/plain")

    # Good manners.

    def on_heap(self):
        self.answer(self.server.heap)

    def on_profile(self):
        time.sleep(float(self.query.get("seconds", ["0"])[0]))
        self.answer(CPU)

    def on_bare(self):
        self.answer(gzip.decompress(HEAP))

    def on_packed(self):
        self.answer(gzip.compress(gzip.decompress(HEAP)), Content_Encoding="gzip")

    def on_chunked(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for i in range(0, len(HEAP), 100):
            part = HEAP[i:i + 100]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def on_list(self):
        if self.place.path.endswith("/"):
            self.answer(LIST, type="text/html; charset=utf-8")
        else:
            self.answer(b"", 301, Location=self.place.path + "/")

    def on_secret(self):
        if self.headers.get("Authorization") == "Basic dXNlcjpwYSBzcw==":  # user:pa ss
            self.answer(HEAP)
        else:
            self.answer(b"no\n", 401, type="text/plain", WWW_Authenticate='Basic realm="x"')

    def on_token(self):
        if self.headers.get("X-Token") == "abc" and self.headers.get("X-More") == "1":
            self.answer(HEAP)
        else:
            self.answer(b"go away\n", 403, type="text/plain")

    # Elsewhere.

    def on_moved(self):
        left = int(self.query.get("n", ["1"])[0])
        self.answer(b"moved", 302, Location=f"moved?n={left - 1}" if left > 1 else "heap")

    def on_loop(self):
        self.answer(b"", 307, Location="/loop")

    def on_away(self):
        self.answer(b"", 308, Location=self.query["to"][0])

    def on_nowhere(self):
        self.answer(b"", 302)

    # Bad manners.

    def on_html(self):
        self.answer(b"<!DOCTYPE html>\n<html><body>Log in!</body></html>", type="text/html")

    def on_busy(self):
        self.answer(b"Could not enable CPU profiling: cpu profiling already in use\n", 500,
                    type="text/plain; charset=utf-8", X_Go_Pprof="1")

    def on_error_page(self):
        self.answer(b"<html><body>" + b"x" * 9000 + b"</body></html>", 503, type="text/html")

    def on_strange_words(self):
        self.answer(b"\x1b]0;title\x07\n", 500, "Bad\x1b[31m", type="text/plain")

    def on_empty(self):
        self.answer(b"")

    def on_early(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(HEAP)))
        self.end_headers()
        self.wfile.write(HEAP[:500])
        self.close_connection = True

    def on_cut(self):
        self.answer(HEAP[:500])

    def on_text(self):
        self.answer(b"this is no profile at all, but a text of some length that goes on\n" * 4)

    def on_bomb(self):
        self.answer(BOMB, Content_Encoding="gzip")

    def on_gzbomb(self):
        self.answer(BOMB)

    def on_endless(self):
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        part = b"\x32\x80\x08" + bytes(1024)  # a string of the profile
        try:
            self.wfile.write(b"\x32\x00")
            while True:
                self.wfile.write(part * 64)
        except OSError:
            pass

    def on_silent(self):
        self.server.stop.wait(60)

    def on_trickle(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(HEAP)))
        self.end_headers()
        self.wfile.write(HEAP[:100])
        self.server.stop.wait(60)

    def on_slow_start(self):
        time.sleep(0.3)
        self.on_heap()


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 256
    block_on_close = False

    def handle_error(self, request, address):
        pass

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)
        self.server_name = "localhost"


class SixServer(Server):
    address_family = socket.AF_INET6


class UnixServer(Server):
    address_family = socket.AF_UNIX


class Running:
    """A server for the time of a `with`; .url("/path") is its address."""

    def __init__(self, path=None, certificate=None, client_ca=None, symbol=None, host="127.0.0.1"):
        kind = SixServer if ":" in host else Server
        self.server = UnixServer(path, Handler) if path else kind((host, 0), Handler)
        self.path, self.scheme = path, "https" if certificate else "http"
        self.server.seen, self.server.posts = [], []
        self.server.heap, self.server.symbol = HEAP, symbol
        self.server.stop = threading.Event()
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            if client_ca:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(client_ca)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    @property
    def port(self):
        return self.server.server_address[1]

    @property
    def seen(self):
        return self.server.seen

    @property
    def posts(self):
        return self.server.posts

    def url(self, place, host="127.0.0.1", user=""):
        if self.path:
            return f"unix://{self.path}:{place}"
        return f"{self.scheme}://{user}{host}:{self.port}{place}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *what):
        self.server.stop.set()
        self.server.shutdown()
        self.server.server_close()
