"""faults.py: a disk that fails when told to: faulty_calls.c between a daemon and its files, and strace at every call."""
# SPDX-License-Identifier: GPL-3.0-or-later
import errno
import mmap
import os
import re
import signal
import struct
import subprocess
import time

import control
from house import NIGHTLY, Skipped, needs

# The same numbers stand in faulty_calls.c.
READ, WRITE, SYNC, OPEN, TRUNCATE, RENAME, UNLINK, MKDIR = (1 << bit for bit in range(8))
CHANGES = WRITE | SYNC | OPEN | TRUNCATE | RENAME | UNLINK | MKDIR
ERROR, KILL, HALF_AND_KILL, ASTRAY, SHORT = range(1, 6)
PLAN = struct.Struct("=7I996s")


def many(quick, nightly):
    """How often, by the tier."""
    return nightly if NIGHTLY else quick


class Disk:
    """Under a person's daemon from its next start on. What is counted are calls on files below the person's home."""

    def __init__(self, person):
        shim = person.house.programs / "libfaulty_calls.so"
        if not shim.exists():
            raise Skipped(f"{shim} is not built (ninja faulty_calls)")
        place = person.house.folder / f"{person.name.lower()}-plan"
        place.write_bytes(bytes(PLAN.size))
        with place.open("r+b") as file:
            self.plan = mmap.mmap(file.fileno(), PLAN.size)
        self.person = person
        options = [person.environment.get("ASAN_OPTIONS", ""), "verify_asan_link_order=0"]
        person.daemon_environment.update(
            LD_PRELOAD=" ".join([*sanitizers(person.house.programs / "duologd"), str(shim)]),
            DUOLOG_FAULTY_PLAN=str(place), ASAN_OPTIONS=":".join(filter(None, options)))

    def fail(self, calls, nth=1, fault=ERROR, error=errno.EIO, for_good=False):
        """The nth of these calls from now on; with ERROR and SHORT every later one too `for_good`."""
        self.plan[:] = PLAN.pack(0, fault, error, nth, for_good, 0, 0, os.fsencode(self.person.home))
        self.plan[:4] = struct.pack("=I", calls)

    def heal(self):
        """Ends the plan; how often it struck."""
        self.plan[:4] = bytes(4)
        return self.fired

    @property
    def fired(self):
        return PLAN.unpack(self.plan[:])[6]


def with_a_disk(house, name="Ada"):
    """Somebody who is set up, and the disk under their daemon."""
    someone = house.person(name)
    disk = Disk(someone)
    someone.start()
    someone.init()
    return someone, disk


def sanitizers(program):
    """The sanitizer's library must come first of all."""
    linked = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout
    return re.findall(r"=> (\S*/lib[at]san\.so\S*)", linked)


class Traced:
    """with Traced(person, options): strace looks on what the daemon does; `said` is what it wrote in the end."""

    def __init__(self, person, *options):
        needs("strace", "strace")
        self.person = person
        self.file = person.house.folder / "strace"
        self.strace = subprocess.Popen(["strace", "-f", "-p", str(person.daemon.pid), "-o", str(self.file), *options],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = self.strace.stderr.readline().decode(errors="replace")
        if "attached" not in said:
            self.strace.wait()
            assert person.daemon.process.poll() is None, "the daemon had ended before"
            raise Skipped(f"strace may not trace here: {said.strip()}")

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if self.strace.poll() is None:
            self.strace.send_signal(signal.SIGTERM)  # it lets go of whoever still lives
        self.strace.communicate(timeout=10)
        self.said = self.file.read_text(errors="replace")
        until_it_answers_or_is_gone(self.person)


def until_it_answers_or_is_gone(person):
    """Whoever was struck in strace's last moment still looks alive: the kernel has yet to take the process apart."""
    deadline = time.monotonic() + 10
    while person.daemon and person.daemon.process.poll() is None:
        try:
            with control.Control(person) as door:
                door.ask(control.request(control.STATUS))
                return
        except (OSError, AssertionError):  # it is on its way out, or begins anew and will listen in a moment
            assert time.monotonic() < deadline, "the daemon neither answers nor ends"
            time.sleep(0.02)


def each_call(person, act, quick=None):
    """act(traced) once untouched, then killed before every system call of the person's daemon; how many those were.

    act(traced) does it `with traced():` and says whether a stroke came. strace counts each system call by its name,
    so it is killed before the first openat, the second openat ... until there is no further one; then before the next.
    In the quick tier only before those called `quick`, where they are given.
    """
    def seen():
        traces.append(Traced(person))
        return traces[-1]

    traces, places = [], 0
    assert not act(seen), "it did not live through being looked at"
    names = sorted(set(re.findall(r"^\d+ +(?:<\.\.\. )?(\w+)[( ]", traces[0].said, re.M)))
    for name in names if NIGHTLY or quick is None else [name for name in names if name in quick]:
        nth = 1
        while act(lambda: Traced(person, "-e", f"inject={name}:signal=KILL:when={nth}")):
            nth += 1
            places += 1
            assert nth < 5000, f"{name} has no end"
    print(f"killed before {places} of these system calls: {' '.join(names)}")
    return places
