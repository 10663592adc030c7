"""terminal.py: a command at a pseudo-terminal of its own: what it prints, typed answers, and whether all of it is harmless."""
# SPDX-License-Identifier: GPL-3.0-or-later
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unicodedata

# What the program paints with, and nothing more: a colour of somebody else's is not ours (client/output.*, client/qr.cc).
OWN_COLOURS = re.compile(r"\x1b\[(?:[012]|33|1;3[12456]|38;5;(?:16|231);48;5;(?:16|231))m")
MARKS_IN_A_ROW = 32


class Terminal:
    def __init__(self, command, environment, columns=80, rows=24):
        self.command, self.output, self.mark = command, b"", 0
        self.code = None
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                signal.signal(signal.SIGHUP, signal.SIG_DFL)  # also where these facts run under nohup
                os.execve(command[0], command, environment)
            finally:
                os._exit(127)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.fd >= 0:
            os.close(self.fd)

    @property
    def text(self):
        """What a person sees, colours and carriage returns aside."""
        return OWN_COLOURS.sub("", self.output.decode(errors="replace")).replace("\r\n", "\n")

    def read(self, seconds):
        """More output, or False at the end of it."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            raise TimeoutError
        try:
            piece = os.read(self.fd, 1 << 16)
        except OSError:  # the other end is closed
            return False
        self.output += piece
        return bool(piece)

    def expect(self, pattern, seconds=30):
        """Waits until the text since the last expect() matches."""
        deadline = time.monotonic() + seconds
        while True:
            match = re.compile(pattern).search(self.text, self.mark)
            if match:
                self.mark = match.end()
                return match
            try:
                alive = self.read(max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                alive = False
            assert alive, f"{self.command} did not say {pattern!r} but:\n{self.text[self.mark:]}"

    def type(self, line):
        os.write(self.fd, line.encode() + b"\n")

    def press(self, keys):
        os.write(self.fd, keys)

    def hang_up(self, seconds=10):
        """The window is closed; waits until the command has noticed."""
        os.close(self.fd)
        self.fd = -1
        deadline = time.monotonic() + seconds
        while True:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            if ended:
                self.code = os.waitstatus_to_exitcode(status)
                return self.code
            assert time.monotonic() < deadline, f"{self.command} goes on without its terminal"
            time.sleep(0.02)

    def end(self, seconds=30):
        """Reads to the end; the exit code."""
        deadline = time.monotonic() + seconds
        while self.read(max(0.0, deadline - time.monotonic())):
            pass
        _, status = os.waitpid(self.pid, 0)
        self.code = os.waitstatus_to_exitcode(status)
        return self.code


def harm(output):
    """Why these bytes should not meet a terminal: a list of sentences, empty when they are harmless."""
    found = []
    try:
        text = output.decode()
    except UnicodeDecodeError as error:
        return [f"not UTF-8 at byte {error.start}"]
    text = OWN_COLOURS.sub("", text)
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        point = ord(character)
        if marks == MARKS_IN_A_ROW + 1:
            found.append(f"more than {MARKS_IN_A_ROW} combining marks in a row")
        if (point < 32 and character not in "\r\n\t") or 127 <= point < 160:
            found.append(f"control character U+{point:04X}")
        if character in "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            found.append(f"direction character U+{point:04X}")
        if character in "\u2028\u2029\ufeff\u200b":
            found.append(f"invisible character U+{point:04X}")
    return sorted(set(found))
