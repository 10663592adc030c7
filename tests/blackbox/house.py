"""house.py: what every fact stands on: a folder, people, a wire that is listened to, and a teardown that looks for leaks.

A fact is a function of a House. Its name says what is true. After it, whatever happened: the daemons are stopped and must
end well, nothing that was started may be left, and no secret may lie in any file, packet, command line or environment.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import ctypes
import fcntl
import os
import pathlib
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import traceback

import canary
import wire
from person import Person

FACTS = {}
NIGHTLY = os.environ.get("DUOLOG_TIER") == "nightly"
WAITING = set()
OF_THE_RELEASE = set()
AT_NIGHT = set()
SECONDS = 7200 if NIGHTLY else 900  # for one fact, sanitizers included
PATIENCE = 3  # ten facts share two processors: what takes a second alone takes several among them


class Skipped(Exception):
    """The machine lacks something; the text says what."""


def fact(function):
    FACTS[function.__name__] = function
    return function


def waits(function):
    """Above @fact: it mostly waits for the world, and many such may be shown side by side."""
    WAITING.add(function.__name__)
    return function


def of_the_release(function):
    """Above @fact: it looks at build/release, which is made at night, and waits until it is whole."""
    OF_THE_RELEASE.add(function.__name__)
    return function


def at_night(function):
    """Above @fact: it needs what only the nightly tier installs."""
    AT_NIGHT.add(function.__name__)
    return function


def needs(program, package):
    if not shutil.which(program):
        raise Skipped(f"{program} is missing (apt-get install {package})")


def eventually(what, question, seconds=20):
    """Asks until the answer is true and returns it; fails with `what` when it never was."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        asked = time.monotonic()
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds * PATIENCE} s it is still not so that {what}")
        time.sleep(min(0.5, max(0.05, time.monotonic() - asked)))  # what is waited for needs the processor too


class House:
    def __init__(self, programs):
        self.programs = programs
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="duolog-test-"))
        self.secrets = canary.Secrets()
        self.people = []
        self.disks = []
        self.capture = wire.Capture()

    def person(self, name, **how):
        """A person with a home that is not set up yet."""
        self.people.append(Person(self, name, **how))
        return self.people[-1]

    def resident(self, name, *options, **how):
        """A person whose daemon runs and whose home is set up with a key file."""
        someone = self.person(name, **how)
        someone.start()
        someone.init(*options)
        return someone

    def two(self):
        """Ada and Bo, set up and paired."""
        ada, bo = self.resident("Ada"), self.resident("Bo")
        self.pair(ada, bo)
        return ada, bo

    def pair(self, host, joiner, *options, at=None):
        with host.invite(*options) as window:
            joined = joiner.duolog("pair", window.code, "--yes", "--json", *(["--at", at] if at else []))
            paired = window.paired()
        self.pair_is_up(host, joiner)
        return paired, joined

    def second(self, owner, name, *options, **how):
        """One more device of `owner`'s, let in by its code; its daemon runs, and all that there was is on it."""
        device = self.person(name, **how)
        device.start()
        with owner.add_device() as window:
            arrived = device.join(window.code, *options)
            window.arrived()
        assert arrived["complete"], arrived
        return device

    @staticmethod
    def pair_is_up(*people):
        for someone in people:
            eventually(f"{someone.name} is connected", lambda who=someone: any(
                peer["connected"] for peer in who.status()["peers"]))

    def look_for_leaks(self, when):
        found = []
        for someone in self.people:
            found += canary.in_files(self.secrets, someone.folder, except_for=someone.key_file())
            found += canary.in_bytes(self.secrets, someone.complaints, f"what duolog told {someone.name} beside an answer")
            found += canary.in_bytes(self.secrets, someone.describes_itself(), f"status or doctor of {someone.name}")
            if someone.daemon:
                found += canary.in_process(self.secrets, someone.daemon.pid)
        if os.environ.get("DUOLOG_OWN_NETWORK") == "1":
            found += canary.in_files(self.secrets, pathlib.Path("/dev/shm"))
        assert not found, f"leaked ({when}):\n  " + "\n  ".join(sorted(set(found)))

    def look_at_the_wire(self):
        packets = self.capture.stop()
        if self.capture.why_not:
            print(f"SKIPPED, the wire was not looked at: {self.capture.why_not}", flush=True)
            return
        found = canary.in_bytes(self.secrets, packets, "a packet")
        assert not found, "leaked on the wire:\n  " + "\n  ".join(sorted(set(found)))

    def close(self):
        """Every step runs, whatever the one before said; the first complaint is raised in the end."""
        complaints = []

        def step(action, *arguments):
            try:
                action(*arguments)
            except Exception as complaint:  # told below, after the other steps
                complaints.append(complaint)

        step(self.look_for_leaks, "while the daemons ran")
        for someone in self.people:
            step(someone.close)
        step(nothing_is_left)
        step(self.look_for_leaks, "after they had stopped")
        step(self.look_at_the_wire)
        if complaints:
            raise complaints[0]

    def remove(self):
        for disk in self.disks:
            disk.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


def nothing_is_left():
    """Every process that a fact started is a child of ours (even an orphan's orphan); all must be gone by now."""
    left = []
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline and any(os.waitpid(pid, os.WNOHANG) == (0, 0) for pid in children()):
        time.sleep(0.02)  # it may be on its way out
    for pid in children():
        try:
            command = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            command = "?"
        if os.waitpid(pid, os.WNOHANG) == (0, 0):
            left.append(f"{pid} {command}")
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    assert not left, "still running at the end: " + "; ".join(left)


def children():
    me = pathlib.Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in me.read_text().split()]


def adopt_orphans():
    pr_set_child_subreaper = 36
    ctypes.CDLL(None, use_errno=True).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def memory_of_our_own():
    """Drafts go where others on this machine leave theirs: a place of our own shows whose they are."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/dev/shm"], check=True)


def bring_loopback_up():
    siocgifflags, siocsifflags, iff_up, iff_multicast = 0x8913, 0x8914, 0x1, 0x1000
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(any_socket, siocgifflags, request))[1]
        fcntl.ioctl(any_socket, siocsifflags, struct.pack("16sH14s", b"lo", flags | iff_up, b""))


def out_of_time(_signal, _frame):
    raise AssertionError("not done in time")


def watched_by_threads(programs):
    """ThreadSanitizer makes everything several times slower."""
    return b"__tsan_init" in (programs / "duologd").read_bytes()


def show(name, function, programs):
    """Runs one fact and its teardown; "shown", "skipped" or "failed"."""
    adopt_orphans()
    if os.environ.get("DUOLOG_OWN_NETWORK") == "1":
        bring_loopback_up()
        memory_of_our_own()
    else:
        print("SKIPPED, no network of its own: facts wait for each other", flush=True)
        one_at_a_time = open(pathlib.Path(tempfile.gettempdir()) / f"duolog-test-{os.getuid()}.lock", "w")
        fcntl.flock(one_at_a_time, fcntl.LOCK_EX)
    signal.signal(signal.SIGALRM, out_of_time)
    signal.alarm(SECONDS * 4 if watched_by_threads(programs) else SECONDS)
    began = time.monotonic()
    house = House(programs)
    outcome = "shown"
    try:
        function(house)
    except Skipped as why:
        outcome = "skipped"
        print(f"SKIPPED {name}: {why}", flush=True)
    except BaseException:
        outcome = "failed"
        traceback.print_exc()
    try:
        house.close()
    except BaseException:
        outcome = "failed"
        traceback.print_exc()
    signal.alarm(0)
    if outcome == "failed":
        for someone in house.people:
            someone.tell_what_happened()
    if os.environ.get("DUOLOG_KEEP"):
        print(f"kept: {house.folder}")
    else:
        house.remove()
    used = sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"{outcome}: {name} ({time.monotonic() - began:.1f} s, {used:.1f} s of processor)", flush=True)
    sys.stdout.flush()
    return outcome
