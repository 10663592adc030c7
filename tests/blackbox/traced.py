"""traced.py: a session under strace: every file that is made, opened for writing or moved, and everything that is executed."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import subprocess

import canary
from effort import under_thread_sanitizer
from house import Skipped, eventually, needs
from person import DONE, NO_SEARCH_FOR_LEAKS

WRITES = re.compile(r"\b(?:O_WRONLY|O_RDWR|O_CREAT)\b")
CALL = re.compile(r'^\d+ +(openat|open|creat|mkdir|mkdirat|rename|renameat|renameat2|link|linkat|symlink|symlinkat|'
                  r'memfd_create|mknod|mknodat)\((.*)$')
NAME = re.compile(r'(?:(?:\d+|AT_FDCWD)<((?:[^>\\]|\\.)*)>, )?"((?:[^"\\]|\\.)*)"')  # below which folder, by what name
IN_MEMORY = "|".join(f"/dev/shm/duolog-{what}-[^/]+(?:/.*)?" for what in ("draft", "edit", "look"))


def written_to(trace):
    """The name in every call of a trace that makes, opens for writing, or moves a file, and succeeded."""
    for line in trace.read_text(errors="replace").splitlines():
        match = CALL.match(line)
        if not match or " = -1 " in line:
            continue
        if match[1] in ("openat", "open") and not WRITES.search(match[2]):
            continue
        if match[1] == "memfd_create":
            continue  # no name in any folder
        for folder, name in NAME.findall(match[2]):
            if not name.startswith("/proc/self/fd/"):  # what has had no name until now, and is given one
                yield os.path.normpath(os.path.join(folder, name))


class TracedSession:
    """A person whose daemon and whose commands are all traced, from their first system call on."""

    def __init__(self, person):
        needs("strace", "strace")
        if under_thread_sanitizer(person.house):
            raise Skipped("ThreadSanitizer itself makes files in TMPDIR")
        self.person, self.house = person, person.house
        person.environment["ASAN_OPTIONS"] = NO_SEARCH_FOR_LEAKS
        self.traces = person.house.folder / "traces"
        self.traces.mkdir()
        self.calls = 0
        person.configure()
        programs = person.house.programs
        self.daemon = subprocess.Popen(
            [*self.tracer("daemon"), str(programs / "duologd"), "--home", str(person.home), *person.options],
            env=person.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        eventually("it answers", lambda: person.run("status").code == DONE)

    def tracer(self, name):
        return ["strace", "-f", "-v", "-y", "-s", "100000", "-e", "signal=none", "-e",
                "trace=openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
                "memfd_create,mknod,mknodat,execve", "-o", str(self.traces / name)]

    def name(self, arguments):
        self.calls += 1
        return f"{self.calls:02d}-{arguments[0]}"

    def command(self, *arguments, stdin=b"", code=DONE):
        arguments = list(map(str, arguments))
        done = subprocess.run([*self.tracer(self.name(arguments)), str(self.house.programs / "duolog"), *arguments],
                              env=self.person.environment, input=stdin, capture_output=True, timeout=60, check=False)
        assert done.returncode == code, f"{arguments}: {done}"
        return done.stdout

    def terminal(self, *arguments):
        strace = self.tracer(self.name(arguments))
        return self.person.terminal(*strace[1:], self.house.programs / "duolog", *arguments, program="/usr/bin/strace")

    def end(self):
        self.command("daemon", "stop")
        assert self.daemon.wait(20) == 0

    def written(self):
        """name -> which trace shows it"""
        seen = {}
        for trace in sorted(self.traces.iterdir()):
            for name in written_to(trace):
                seen.setdefault(name, trace.name)
        return seen

    def nothing_outside(self, *places, shows=()):
        """But for the home, memory and these places (regular expressions); `shows`: what the trace must have seen."""
        home = re.escape(str(self.person.home))
        allowed = re.compile(rf"(?:{home}(?:/.*)?|/dev/null|/dev/tty|{IN_MEMORY}{''.join(f'|{place}' for place in places)})$")
        seen = self.written()
        for certain in ("duolog.db-wal", *shows):
            assert any(certain in name for name in seen), f"the trace does not show {certain}: {sorted(seen)}"
        outside = {name: trace for name, trace in seen.items() if not allowed.match(name)}
        assert not outside, f"opened for writing outside the home and memory: {outside}"

    def nothing_secret_executed(self, certain):
        """No argument and no environment of whatever was executed; `certain` is among them."""
        executed = [line for trace in self.traces.iterdir() for line in trace.read_text(errors="replace").splitlines()
                    if "execve(" in line]
        assert any(certain in line for line in executed), f"{certain} is not among what was executed"
        found = canary.in_bytes(self.house.secrets, "\n".join(executed).encode(), "an argument or an environment")
        assert not found, found

    def forget(self):
        """A trace holds what was typed."""
        for trace in self.traces.iterdir():
            trace.unlink()
