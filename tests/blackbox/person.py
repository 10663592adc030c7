"""person.py: somebody with a home, a daemon and a command line, kept apart from everybody else on the machine."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import datetime
import itertools
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time
import zoneinfo

import control
from terminal import Terminal

DONE, FAILED, USAGE, UNREACHABLE, LOCKED, NOT_FOUND = range(6)

# The search for leaks at a program's end traces that program: it fails where somebody else does so already (strace), and
# where nobody may (duologd, unless root runs it). Where time is measured it would be a part of it.
NO_SEARCH_FOR_LEAKS = "detect_leaks=0"
QUICK_ASAN = "quarantine_size_mb=16:malloc_context_size=8:max_malloc_fill_size=0"  # tests/CMakeLists.txt

commands = itertools.count()


def searches_for_leaks():
    """It makes a command twice as dear: by day one in eight looks for leaks, whichever that is."""
    return next(commands) % 8 == 0 or os.environ.get("DUOLOG_TIER") == "nightly"


ZONE = "Europe/Berlin"


def today():
    """Where these people live, which is not where the machine is."""
    return datetime.datetime.now(zoneinfo.ZoneInfo(ZONE)).date()


class Result:
    def __init__(self, command, code, out, err):
        self.command, self.code, self.out, self.err = command, code, out, err

    @property
    def text(self):
        return self.out.decode()

    @property
    def said(self):
        return self.out.decode(errors="replace") + self.err.decode(errors="replace")

    @property
    def objects(self):
        """The lines of a --json answer."""
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def object(self):
        objects = self.objects
        assert len(objects) == 1, f"wanted one JSON object from {self.command}, got: {self.text!r}"
        return objects[0]


def refusal(err):
    """The code of a --json error, which is the last line of standard error."""
    lines = err.decode(errors="replace").strip().splitlines()
    return json.loads(lines[-1])["error"]["code"] if lines and lines[-1].startswith("{") else None


def says_what_is_safe_and_what_to_do(said):
    """By a daemon that does not start; each once."""
    safe = re.findall("nothing was changed|what was saved is safe|nothing more is written to it", said)
    assert len(safe) == 1 and said.count("hint: ") == 1, f"said: {said}"


class Lines:
    """A command that keeps talking JSON while we do other things."""

    def __init__(self, command, environment):
        self.command = command
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.pending = b""
        self.seen = []

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise

    def next(self, seconds=30):
        """The next object, or None when the command has ended."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.pending:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"{self.command} said nothing more within {seconds} s, after {self.seen}"
            piece = os.read(self.process.stdout.fileno(), 1 << 16)
            if not piece:
                return None
            self.pending += piece
        line, self.pending = self.pending.split(b"\n", 1)
        self.seen.append(json.loads(line))
        return self.seen[-1]

    def until(self, wanted, seconds=30):
        """The first object for which wanted(object) is true."""
        deadline = time.monotonic() + seconds
        while True:
            said = self.next(max(0.1, deadline - time.monotonic()))
            assert said is not None, f"{self.command} ended ({self.end()}) after {self.seen}: {self.err!r}"
            if wanted(said):
                return said

    def end(self, seconds=30):
        """Waits for the end; the exit code. What went to standard error is in `err`."""
        code = self.process.wait(seconds)
        self.err = self.process.stderr.read()
        self.refusal = refusal(self.err)
        return code


class Invitation(Lines):
    """A pairing window. `code` and `link` are the newest; they are secrets for the rest of the fact."""

    def __init__(self, person, command):
        super().__init__(command, person.environment)
        self.person = person
        self.read_window()

    def read_window(self):
        window = self.window = self.until(lambda said: "code" in said)
        self.code, self.link = window["code"], window["link"]
        self.person.house.secrets.code(self.code)
        self.person.house.secrets.link(self.link)
        return window

    def arrived(self, seconds=60):
        """What is told of a device of one's own that was let in."""
        done = self.until(lambda said: "arrived" in said, seconds)["arrived"]
        code = self.end()
        assert code == DONE, f"device add ended with {code}: {self.err}"
        return done

    def restored(self, seconds=60):
        """What is told of somebody who came back."""
        done = self.until(lambda said: "restored" in said, seconds)["restored"]
        code = self.end()
        assert code == DONE, f"pair --restore ended with {code}: {self.err}"
        return done

    def paired(self, seconds=40):
        """What the host is told in the end."""
        done = self.until(lambda said: "paired" in said, seconds)["paired"]
        code = self.end()
        assert code == DONE, f"the host's command ended with {code}: {self.err}"
        return done


class Daemon:
    """One duologd in the foreground; ready when it says so to its service manager."""

    def __init__(self, person, options, wait=True, wrapper=()):
        self.said = (person.folder / "duologd.said").open("ab")
        self.ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        place = person.folder / f"notify{len(os.listdir(person.folder))}-{time.monotonic_ns()}"
        self.ready.bind(str(place))
        environment = {**person.environment, **person.daemon_environment, "NOTIFY_SOCKET": str(place)}
        command = [*person.via, *wrapper, str(person.house.programs / "duologd"), "--home", str(person.home), *options]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=self.said,
                                        stderr=self.said)
        if wait:
            self.wait_until_ready()

    @property
    def pid(self):
        return self.process.pid

    def wait_until_ready(self, seconds=30):
        deadline = time.monotonic() + seconds
        self.ready.settimeout(0.1)
        while True:
            try:
                if b"READY=1" in self.ready.recv(4096):
                    return
            except TimeoutError:
                assert self.process.poll() is None, f"duologd ended with {self.process.returncode} before it was ready"
                assert time.monotonic() < deadline, f"duologd was not ready within {seconds} s"

    def stop_by_itself(self, seconds=30):
        """Waits for the end of a daemon that nobody stops; the exit code."""
        self.process.wait(seconds)
        return self.stop()

    def stop(self, how=signal.SIGTERM, seconds=15):
        """The exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(seconds)
        self.ready.close()
        self.said.close()
        return code


def free_port():
    """Kept over restarts, as a person's daemon keeps its own."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return holder.getsockname()[1]


class Person:
    """`via` is the beginning of the daemon's command line: what brings it into a network of its own. `plain`: no config.toml,
    as most people have it."""

    def __init__(self, house, name, options=None, plain=False, via=(), asan=""):
        self.house, self.name, self.plain, self.via = house, name, plain, via
        self.options = ["--listen", f"127.0.0.1:{free_port()}"] if options is None else list(options)
        self.folder = house.folder / name.lower()
        self.home = self.folder / "home"
        self.daemon = None
        self.daemon_environment = {}  # what only the daemon is given
        self.complaints = b""  # all that duolog said beside its answers
        for place in ("", "xdg", "tmp", "runtime"):
            (self.folder / place).mkdir(mode=0o700, exist_ok=True)
        self.environment = {
            "PATH": f"{house.programs}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.folder / "xdg"),
            "XDG_RUNTIME_DIR": str(self.folder / "runtime"),
            "XDG_CONFIG_HOME": str(self.folder / "xdg" / "config"),
            "XDG_DATA_HOME": str(self.folder / "xdg" / "data"),
            "XDG_STATE_HOME": str(self.folder / "xdg" / "state"),
            "TMPDIR": str(self.folder / "tmp"),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "TZ": ZONE,
            "DUOLOG_HOME": str(self.home),
            "DUOLOG_NO_AUTOSTART": "1",
            "ASAN_OPTIONS": f"{NO_SEARCH_FOR_LEAKS if os.getuid() else 'detect_leaks=1'}:{QUICK_ASAN}:{asan}",
            "UBSAN_OPTIONS": "print_stacktrace=1",
        }

    def key_file(self):
        return self.home / "key"

    # ---- the daemon ----

    def configure(self):
        """Notes as talkative as they get, so that every fact looks for leaks in all of them; passphrases that cost little."""
        config = self.home / "config.toml"
        if self.plain or config.exists():
            return
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        config.write_text('notes_level = "debug"\n\n[passphrase]\nops = 1\nmemory_kib = 1024\n')
        config.chmod(0o600)

    def start(self, *options):
        assert self.daemon is None
        self.configure()
        self.daemon = Daemon(self, [*self.options, *options])
        return self.daemon

    def starts(self):
        """Whether it did; where not, it said why in one sentence that names a file of the home, what is safe, and a hint."""
        (self.folder / "duologd.said").write_text("")
        try:
            self.start()
            return True
        except AssertionError as ended:
            assert "ended with 1 " in str(ended), ended
        said = (self.folder / "duologd.said").read_text()
        assert str(self.home) in said and said.count("duologd: ") == 1, f"said: {said}"
        says_what_is_safe_and_what_to_do(said)
        return False

    def stop(self):
        daemon, self.daemon = self.daemon, None
        code = daemon.stop()
        assert code == 0, f"{self.name}'s duologd ended with {code}"

    def kill(self):
        daemon, self.daemon = self.daemon, None
        daemon.stop(signal.SIGKILL)

    def restart(self):
        self.stop()
        self.start()

    @contextlib.contextmanager
    def held_still(self):
        """The daemon neither sends nor receives meanwhile."""
        self.daemon.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.daemon.process.send_signal(signal.SIGCONT)

    # ---- the command line ----

    def run(self, *arguments, stdin=b"", environment=None, seconds=60):
        """Any outcome; see `duolog` for the one that must be well."""
        words = [word if isinstance(word, bytes) else str(word) for word in arguments]
        command = [str(self.house.programs / "duolog"), *words]
        environment = {**self.environment, **(environment or {})}
        if not searches_for_leaks():
            environment["ASAN_OPTIONS"] = environment["ASAN_OPTIONS"].replace("detect_leaks=1", NO_SEARCH_FOR_LEAKS)
        done = subprocess.run(command, env=environment, input=stdin, capture_output=True, timeout=seconds, check=False)
        result = Result(f"duolog {words}", done.returncode, done.stdout, done.stderr)
        self.complaints += done.stderr
        assert done.returncode in range(6), f"{result.command} ended with {done.returncode}:\n{result.said}"
        assert b"Sanitizer" not in done.stderr and b"runtime error" not in done.stderr, result.said
        return result

    def duolog(self, *arguments, expect=DONE, **how):
        result = self.run(*arguments, **how)
        assert result.code == expect, f"{result.command} ended with {result.code}, not {expect}:\n{result.said}"
        return result

    def refused(self, code, *arguments, expect=FAILED, **how):
        """Not done, for this reason; the whole Result, whose error has a text and a hint for people."""
        result = self.duolog("--json", *arguments, expect=expect, **how)
        assert refusal(result.err) == code, f"{result.command} was refused with {result.said}, not {code}"
        return result

    def json(self, *arguments, **how):
        return self.duolog(*arguments, "--json", **how).objects

    def terminal(self, *arguments, program=None, **how):
        """The same command at a terminal of its own."""
        command = [str(program or self.house.programs / "duolog"), *map(str, arguments)]
        return Terminal(command, self.environment, **how)

    def lines(self, *arguments):
        return Lines([str(self.house.programs / "duolog"), *map(str, arguments)], self.environment)

    # ---- what people do ----

    def init(self, *options):
        report = self.duolog("init", "--name", self.name, "--yes", "--json", *options).object
        self.words = report["words"]
        self.house.secrets.words(self.words)
        self.learn_key()
        return report

    def learn_key(self):
        if self.key_file().exists():
            self.house.secrets.key(self.key_file().read_bytes(), f"{self.name}'s key")

    def passphrase_file(self, passphrase, name="passphrase"):
        """A file outside the home, as a person would keep it on a stick; itself no leak."""
        self.house.secrets.text(passphrase, "a passphrase")
        place = self.house.folder / f"{self.name.lower()}-{name}"
        place.write_text(passphrase + "\n")
        place.chmod(0o600)
        return str(place)

    def invite(self, *options):
        return Invitation(self, [str(self.house.programs / "duolog"), "pair", "--yes", "--json", *map(str, options)])

    def add_device(self, *options):
        """A window for a device of this person's own."""
        return Invitation(self, [str(self.house.programs / "duolog"), "device", "add", "--yes", "--json", *map(str, options)])

    def join(self, invitation, *options, seconds=120):
        """This home becomes a device of whoever has made the code or the link; what is told at the end."""
        name = self.name.lower()
        said = self.json("device", "join", invitation, "--yes", "--name", name, *options, seconds=seconds)
        self.learn_key()
        assert "arrived" in said[-1], said
        return said[-1]["arrived"]

    def words_file(self, words, name="paper"):
        """24 words in a file outside every home, for `recover`."""
        place = self.house.folder / f"{self.name.lower()}-{name}"
        place.write_text("\n".join(words) + "\n")
        place.chmod(0o600)
        return str(place)

    def give_back(self, *options):
        """A window for somebody who has lost every device."""
        return Invitation(self, [str(self.house.programs / "duolog"), "pair", "--restore", "--yes", "--json", *map(str, options)])

    def recover(self, words, invitation, *options, name="Ada", seconds=120):
        """This home becomes that of whoever has these words; what is told at the end."""
        device = self.name.lower()
        said = self.json("recover", invitation, "--yes", "--words-file", self.words_file(words), "--name", name, "--device", device,
                         *options, seconds=seconds)
        self.learn_key()
        assert "arrived" in said[-1], said
        return said[-1]["arrived"]

    def devices(self):
        """name -> what device list says of it"""
        return {device["name"]: device for device in self.json("device", "list")}

    def write(self, text, *options, tags=(), secret=True):
        """Saved, and never to be found anywhere in clear."""
        if secret:
            self.house.secrets.text(text, "a text")
            for tag in tags:
                self.house.secrets.text(tag, "a tag")
        flags = [word for tag in tags for word in ("-t", tag)]
        return self.duolog("write", "--json", *flags, *options, "--", text).object

    def check_in(self, connection, **answers):
        """`duolog checkin` with every field set."""
        for answer in answers.values():
            self.house.secrets.text(answer, "an answer")
        fields = [f"connection={connection}", *(f"{field}={answer}" for field, answer in answers.items())]
        return self.duolog("checkin", "--json", *(word for field in fields for word in ("--set", field))).object

    def list(self, *options):
        return self.json("list", *options)

    def texts(self, *options):
        return [item["text"] for item in self.list(*options)]

    def lock(self):
        """The daemon runs anew, and is ready again a moment later."""
        self.duolog("lock")
        self.daemon.wait_until_ready()

    def status(self):
        return self.duolog("status", "--json").object

    def warnings(self):
        """Their codes, without what they are about."""
        return [warning.split(":", 1)[0] for warning in self.status()["warnings"]]

    def describes_itself(self):
        """Status and doctor as the daemon says them; nothing where it says nothing any more."""
        if not self.daemon or self.daemon.process.poll() is not None:
            return b""
        with control.Control(self) as door:
            return b"".join(reply for asked in (control.STATUS, control.DOCTOR) for reply in door.ask(control.request(asked)))

    def address(self):
        """Where this person's daemon listens, as the other would type it."""
        return self.status()["device"]["addresses"][0]

    # ---- the end ----

    def close(self):
        if self.daemon:
            self.stop()
        said = (self.folder / "duologd.said")
        text = said.read_text(errors="replace") if said.exists() else ""
        assert "Sanitizer" not in text and "runtime error:" not in text, f"{self.name}'s duologd said:\n{text}"

    def tell_what_happened(self):
        for file in [self.folder / "duologd.said", *self.folder.rglob("notes.log")]:
            if file.exists() and file.stat().st_size:
                print(f"---- {self.name}: {file.name}, its last lines")
                print("\n".join(file.read_text(errors="replace").splitlines()[-40:]))
