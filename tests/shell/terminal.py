# SPDX-License-Identifier: Apache-2.0
"""A terminal to drive cprof in: what it writes is kept as raw bytes and as lines of a screen.

The screen never forgets: lines that leave it at the top stay in `lines`.
"""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

DEADLINE = 20.0  # seconds to wait for what has to come; sanitizers on a busy machine are slow
PROMPT = "(cprof) "
SEQUENCE = re.compile(rb"\x1b(?:\[([0-9;?]*)([@-~])|[()][A-Za-z0-9]|[=>78])")
CTRL_C, CTRL_D, TAB, ENTER, CTRL_R, ESCAPE = "\x03", "\x04", "\t", "\r", "\x12", "\x1b"


class Screen:
    """As much of an xterm as a line editor needs."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.lines, self.y, self.x = [[]], 0, 0
        self.pending = b""
        self.unknown = []  # control characters and sequences that have no meaning here

    def feed(self, data):
        data, self.pending = self.pending + data, b""
        at = 0
        while at < len(data):
            byte = data[at]
            if byte == 0x1b:
                match = SEQUENCE.match(data, at)
                if not match and len(data) - at < 16:
                    break
                if match:
                    self.obey(match)
                    at = match.end()
                else:
                    self.unknown.append(data[at:at + 16])
                    at += 1
                continue
            size = 1 if byte < 0x80 else 2 if byte < 0xe0 else 3 if byte < 0xf0 else 4
            if at + size > len(data):
                break
            if byte < 0x20 or byte == 0x7f:
                self.control(byte)
            else:
                self.put(data[at:at + size].decode("utf-8", "replace"))
            at += size
        self.pending = data[at:]

    def control(self, byte):
        if byte == 0x0d:
            self.x = 0
        elif byte == 0x0a:
            self.down()
        elif byte == 0x08:
            self.x = max(min(self.x, self.columns - 1) - 1, 0)
        elif byte == 0x09:
            self.x = min(self.x // 8 * 8 + 8, self.columns - 1)
        elif byte != 0x07:
            self.unknown.append(bytes([byte]))

    def down(self):
        self.y += 1
        while len(self.lines) <= self.y:
            self.lines.append([])

    def put(self, char):
        if self.x >= self.columns:
            self.x = 0
            self.down()
        line = self.lines[self.y]
        line += [" "] * (self.x + 1 - len(line))
        line[self.x] = char
        self.x += 1

    def obey(self, match):
        if not match.group(2):
            return
        numbers = [int(n) if n.isdigit() else 0 for n in match.group(1).split(b";")]
        n, line, x = max(numbers[0], 1), self.lines[self.y], min(self.x, self.columns - 1)
        action = match.group(2).decode()
        if action in "CD":
            self.x = min(max(x + (n if action == "C" else -n), 0), self.columns - 1)
        elif action == "A":
            self.y = max(self.y - n, 0)
        elif action == "B":
            for _ in range(n):
                self.down()
        elif action == "G":
            self.x = n - 1
        elif action == "K":
            del line[x:]
        elif action == "J":
            del line[x:]
            del self.lines[self.y + 1:]
        elif action == "P":
            del line[x:x + n]
        elif action == "@":
            line[x:x] = [" "] * n
        elif action == "H":
            self.lines.append([])
            self.y, self.x = len(self.lines) - 1, 0
        elif action not in "mhl":
            self.unknown.append(match.group(0))

    def text(self, start=0):
        return ["".join(line).rstrip() for line in self.lines[start:]]


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, argv, env, cwd, rows=200, columns=120):
        self.raw, self.screen = b"", Screen(rows, columns)
        self.row = 0  # where the line at hand began
        self.status = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self.set_size(0, rows, columns)
            os.chdir(cwd)
            os.execve(argv[0], argv, env)
        os.set_blocking(self.fd, False)

    @staticmethod
    def set_size(fd, rows, columns):
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.screen.rows, self.screen.columns = rows, columns
        self.set_size(self.fd, rows, columns)
        os.kill(self.pid, signal.SIGWINCH)

    def pump(self, seconds):
        """Takes what the program writes; False at its end."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 1 << 16)
        except OSError:  # the other side is closed
            data = b""
        self.raw += data
        self.screen.feed(data)
        return bool(data)

    def wait(self, condition, what="what should come"):
        end = time.monotonic() + DEADLINE
        while not condition():
            alive = self.pump(0.01)
            if not condition() and (not alive or time.monotonic() > end):
                shown = "\n".join(self.screen.text()[-40:])
                state = "came not in time" if alive else "came not before the end"
                raise AssertionError(f"{what} {state}; the screen:\n{shown}\nraw: {self.raw[-300:]}")

    def send(self, text):
        data = text.encode()
        while data:
            select.select([], [self.fd], [], DEADLINE)
            data = data[os.write(self.fd, data):]

    def new_lines(self):
        return self.screen.text(self.row)

    def see(self, text):
        """Waits until this is on the screen, at or below where the line at hand began."""
        self.wait(lambda: any(text in line for line in self.new_lines()), repr(text))

    def see_line(self, typed):
        """Waits until the line at hand is this."""
        want = (PROMPT + typed).rstrip()
        self.wait(lambda: self.screen.text()[-1] == want, f"the line {typed!r}")

    def at_editor(self):
        """Whether keys reach the editor; the prompt is there a little earlier."""
        return not termios.tcgetattr(self.fd)[3] & termios.ICANON

    def at_prompt(self):
        screen = self.screen
        return (self.at_editor() and screen.y >= self.row and screen.y == len(screen.lines) - 1 and
                "".join(screen.lines[screen.y]) == PROMPT and screen.x == len(PROMPT))

    def prompt(self):
        """Waits for the prompt; the lines since the one before."""
        self.wait(self.at_prompt, "the prompt")
        said = self.new_lines()[:self.screen.y - self.row]
        self.row = self.screen.y
        return said

    def run(self, line=""):
        """Enters what is typed and this; what was said until the next prompt."""
        self.send(line + ENTER)
        self.row += 1
        return self.prompt()

    def interrupt(self):
        """Gives up what is typed."""
        self.send(CTRL_C)
        self.row = self.screen.y + 1
        self.prompt()

    def leave(self, keys="q" + ENTER):
        """Ends the session; its exit status."""
        self.send(keys)
        end = time.monotonic() + DEADLINE
        while self.pump(0.2) and time.monotonic() < end:
            continue
        if self.reap():
            print("# " + "\n# ".join(self.screen.text()[-60:]))
        return self.status

    def reap(self):
        end = time.monotonic() + DEADLINE
        while self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                os.close(self.fd)
            elif time.monotonic() > end:
                os.kill(self.pid, signal.SIGKILL)
                end += DEADLINE
            else:
                time.sleep(0.01)
        return self.status

    def __enter__(self):
        return self

    def __exit__(self, *what):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            self.reap()


def plain(raw):
    """Bytes without the sequences that colour them."""
    return re.sub(rb"\x1b\[[0-9;]*m", b"", raw)
