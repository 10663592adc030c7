"""homes.py: what is measured stands on these: two paired homes with a long journal, and the minimal pair's files.

They are made once and kept under build/bench: a journal of 100,000 entries takes a while, and its format does not change.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import fcntl
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "blackbox"))
import control  # noqa: E402  the local socket, spoken by hand
from person import NO_SEARCH_FOR_LEAKS  # noqa: E402

SYNC = 24
# What a home of another build has is folded anew beside whatever is measured: its fixtures are made again.
VIEW = hashlib.sha256((pathlib.Path(__file__).resolve().parents[2] / "daemon/journal/view_schema.h").read_bytes()).hexdigest()
ENTRY_BYTES = 500


def free_port():
    """Kept in the homes' address books, so far from where the system hands out ports by itself."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as holder:
            try:
                holder.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def wait_until_free(home):
    """Until no daemon runs there any more: its locks go with the process."""
    for place in (home / "lock", home / "run" / "lock"):
        with open(place, "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)


def copied(folder, target, ignored):
    """A copy whose bytes are on the disk: a first fdatasync by whoever opens it would else pay for the copying.

    It is to be taken for the original, or nothing would be written in it: the note of where that lies stays behind.
    """
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns(*ignored, "origin"))
    for place, _, names in os.walk(target):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                os.fsync(file)
    return target


def eventually(what, question, seconds=60, pause=0.002):
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"after {seconds} s it is still not so that {what}"
        time.sleep(pause)


def cpu_seconds(pid):
    """Of a running process, on a processor, in seconds (nanoseconds are counted; /proc/PID/stat has ticks of 10 ms)."""
    total = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        total += int((task / "schedstat").read_text().split()[0])
    return total / 1e9


class Daemon:
    """One duologd in the foreground."""

    def __init__(self, bench, home, port, *options):
        self.home, self.port = home, port
        place = bench.folder / f"ready-{random.randrange(1 << 32)}"
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ready.bind(str(place))
        ready.settimeout(0.1)
        self.process = subprocess.Popen(
            [bench.program("duologd"), "--home", str(home), "--listen", f"127.0.0.1:{port}", "--no-discovery", *options],
            env={**bench.environment, "NOTIFY_SOCKET": str(place)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL)
        bench.started.append(self.process)
        try:
            self.wait_for(ready)
        finally:
            ready.close()
            place.unlink()

    def wait_for(self, ready):
        while True:
            with contextlib.suppress(TimeoutError):
                if b"READY=1" in ready.recv(4096):
                    return
            assert self.process.poll() is None, f"duologd ended with {self.process.returncode} before it was ready"

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        assert code == 0, f"duologd ended with {code}"


class Talk(control.Control):
    """A connection to a daemon's local socket."""

    def sync(self):
        """(connected, complete)"""
        report = self.body(self.ask(control.request(SYNC)), 18)
        peers = [dict(control.fields(value)) for number, value in report if number == 1]
        return any(peer.get(4) for peer in peers), (2, 1) in report

    def records(self):
        """The entries that are opened, of all journals."""
        report = self.body(self.ask(control.request(control.STATUS)), 10)
        return sum(dict(control.fields(value)).get(7, 0) for number, value in report if number == 2)

    @staticmethod
    def body(replies, number):
        found = [value for field, value in control.fields(replies[-1]) if field == number]
        assert found, f"the daemon answered with something else: {replies[-1]!r}"
        return list(control.fields(found[0]))


class Pair:
    """Two homes, ada's and bo's, and the ports their address books know."""

    def __init__(self, bench, folder):
        self.bench, self.folder = bench, folder
        self.ada, self.bo = folder / "ada", folder / "bo"
        self.ports = json.loads((folder / "ports.json").read_text())

    def start(self, who, port=None):
        return Daemon(self.bench, self.folder / who, port or self.ports[who])

    def copy(self, name):
        return Pair(self.bench, copied(self.folder, self.bench.folder / "copies" / name, ["control.sock"]))


def new_pair(bench, folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ports = {"ada": free_port(), "bo": free_port()}
    (folder / "ports.json").write_text(json.dumps(ports))
    pair = Pair(bench, folder)
    for who in ports:
        (folder / who).mkdir(mode=0o700)
        (folder / who / "config.toml").write_text(f'listen = "127.0.0.1:{ports[who]}"\ndiscovery = false\n')
    ada, bo = pair.start("ada"), pair.start("bo")
    for who in ports:
        bench.duolog(folder / who, "init", "--name", who.capitalize(), "--yes", "--json")
    host = subprocess.Popen([bench.program("duolog"), "--home", str(pair.ada), "pair", "--yes", "--json"],
                            env=bench.environment, stdout=subprocess.PIPE, text=True)
    bench.started.append(host)
    code = json.loads(host.stdout.readline())["code"]
    bench.duolog(pair.bo, "pair", code, "--at", f"127.0.0.1:{ports['ada']}", "--yes", "--json")
    host.communicate(timeout=60)
    with Talk(ada) as here, Talk(bo) as there:
        eventually("both hold the founding", lambda: here.sync() == (True, True) and there.sync() == (True, True))
    ada.stop()
    bo.stop()
    return pair


def fill(bench, home, count, keys=""):
    bench.run(bench.program("duolog_bench_fill"), str(home), str(count), str(ENTRY_BYTES), *([keys] if keys else []))


def under_way(bench, home):
    """What is still to be folded or indexed there, as its daemon says it."""
    return [code for code in json.loads(bench.duolog(home, "--json", "status")).get("warnings", [])
            if code.startswith(("folding:", "indexing:"))]


def settle(pair):
    """Each runs until everything is folded and every word is in the index, and stops at rest."""
    for who in ("ada", "bo"):
        daemon = pair.start(who)
        home = pair.folder / who
        eventually("all is folded and indexed", lambda: not under_way(pair.bench, home), 600, 0.2)
        daemon.stop()


def meet(pair):
    """Both run until they hold the same, then stop."""
    ada, bo = pair.start("ada"), pair.start("bo")
    with Talk(ada) as here, Talk(bo) as there:
        eventually("both hold the same", lambda: here.sync() == (True, True) and there.sync() == (True, True), 600, 0.05)
    bo.stop()
    ada.stop()


class Homes:
    """The fixtures: `behind` (ada has `count` entries, bo none of them), `equal`, and `apart` (100 more each)."""

    def __init__(self, bench, count, more):
        self.bench, self.count, self.more = bench, count, more
        self.folder = bench.folder / f"homes-{count}"

    def made(self, name, make):
        folder = self.folder / name
        made = folder / "made"
        if not made.exists() or made.read_text() != VIEW:
            print(f"making a journal of {self.count} entries: {name}", file=sys.stderr, flush=True)
            make(folder)
            settle(Pair(self.bench, folder))
            made.write_text(VIEW)
        return Pair(self.bench, folder)

    def from_copy(self, folder, of):
        return Pair(self.bench, copied(of.folder, folder, ["made", "control.sock"]))

    def behind(self):
        def make(folder):
            pair = new_pair(self.bench, folder)
            fill(self.bench, pair.ada, self.count, str(folder / "keys"))
        return self.made("behind", make)

    def equal(self):
        return self.made("equal", lambda folder: meet(self.from_copy(folder, self.behind())))

    def apart(self):
        def make(folder):
            pair = self.from_copy(folder, self.equal())
            fill(self.bench, pair.ada, self.more)
            fill(self.bench, pair.bo, self.more)
        return self.made("apart", make)


class MinimalHomes:
    """The same three for the minimal pair: two databases and a seed in a folder."""

    def __init__(self, bench, count, more):
        self.bench, self.count, self.more = bench, count, more
        self.folder = bench.folder / f"minimal-{count}"
        if not (self.folder / "made").exists():
            self.make()

    def fill(self, folder, side, count):
        self.bench.run(self.bench.program("duolog_bench_minimal"), "fill", str(folder), side, str(count),
                       str(ENTRY_BYTES))

    def make(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("behind", "equal", "apart"):
            (self.folder / name).mkdir(parents=True)
            (self.folder / name / "seed").write_bytes(bytes(range(32)))
        self.fill(self.folder / "behind", "a", self.count)
        self.fill(self.folder / "behind", "b", 0)
        for name in ("equal", "apart"):
            for side in "ab":
                shutil.copy(self.folder / "behind" / "a.db", self.folder / name / f"{side}.db")
        self.fill(self.folder / "apart", "a", self.more)
        self.fill(self.folder / "apart", "b", self.more)
        (self.folder / "made").touch()

    def copy(self, name, of):
        return copied(self.folder / of, self.bench.folder / "copies" / name, ["*.sock"])


class Minimal:
    """One side of the minimal pair, running."""

    def __init__(self, bench, folder, side, *options):
        self.socket = folder / f"{side}.sock"
        self.process = subprocess.Popen([bench.program("duolog_bench_minimal"), "daemon", str(folder), side, *options],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        bench.started.append(self.process)
        self.says("ready")

    def says(self, what):
        """When it said so, in seconds of the monotonic clock."""
        line = self.process.stdout.readline().split()
        assert line and line[0] == what, f"the minimal daemon said {line}, not {what}"
        return int(line[1]) / 1e9

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        self.process.kill()
        self.process.wait()


class Bench:
    """The programs, a folder on a real disk, and the processes to end."""

    def __init__(self, programs, folder):
        self.programs, self.folder = pathlib.Path(programs).resolve(), pathlib.Path(folder).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.started = []
        self.environment = {
            "PATH": f"{self.programs}:/usr/local/bin:/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8",
            "TZ": "Europe/Berlin", "TERM": "dumb", "ASAN_OPTIONS": NO_SEARCH_FOR_LEAKS}

    def program(self, name):
        return str(self.programs / name)

    def run(self, *command, environment=None):
        done = subprocess.run(command, env=environment or self.environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False, timeout=3600)
        assert done.returncode == 0, f"{command} ended with {done.returncode}: {done.stderr}"
        return done.stdout

    def duolog(self, home, *words):
        return self.run(self.program("duolog"), "--home", str(home), *words)

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder / "copies", ignore_errors=True)
