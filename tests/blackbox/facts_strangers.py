"""A thousand strangers at the port: they are met with silence, cost next to nothing, and keep nobody apart."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import random
import resource
import socket
import threading
import time

import effort
from effort import MEGABYTE, WITHOUT_QUARANTINE
from house import eventually, fact

STRANGERS = 1_000
SEED = int(os.environ.get("DUOLOG_SEED", "1"))


class Crowd:
    """As many strangers as that, each of its kind; whoever is turned away comes back."""

    KINDS = ("silent", "slow", "garbage", "half a handshake", "scan")

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.address = (host, int(port))
        self.chance = random.Random(SEED)
        self.sockets = []
        self.came = self.heard = self.turned_away = 0  # came: was connected
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.press, daemon=True)

    def __enter__(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.stopping.set()
        self.thread.join()
        for stranger, _kind in self.sockets:
            self.leave(stranger)

    def press(self):
        while not self.stopping.is_set():
            self.come(self.KINDS[self.came % len(self.KINDS)])
            if len(self.sockets) > STRANGERS:
                self.leave(self.sockets.pop(0)[0])
            if (self.came + self.turned_away) % 50 == 0:
                self.mutter()
                self.stopping.wait(0.05)  # a thousand a second, not a test of this machine

    def come(self, kind):
        stranger = socket.socket()
        stranger.settimeout(5)
        try:
            stranger.connect(self.address)
            self.came += 1
            if kind == "garbage":
                stranger.sendall(self.chance.randbytes(self.chance.randint(1, 2000)))
            elif kind == "half a handshake":
                stranger.sendall(b"\0\x30" + self.chance.randbytes(48))
        except OSError:  # before it could speak, or at the door
            self.turned_away += 1
            kind = "scan"
        if kind == "scan":
            stranger.close()
        else:
            stranger.setblocking(False)
            self.sockets.append((stranger, kind))

    def mutter(self):
        """The slow ones say one byte more; nobody is ever answered."""
        for stranger, kind in self.sockets[-STRANGERS:]:
            try:
                if kind == "slow":
                    stranger.send(b"\0")
            except OSError:
                pass

    def leave(self, stranger):
        try:
            self.heard += len(stranger.recv(100))
        except OSError:
            pass
        stranger.close()


def bytes_noted(someone):
    return sum(file.stat().st_size for file in someone.folder.rglob("notes.log"))


@fact
def among_a_thousand_strangers_partners_still_meet_and_memory_stays(house):
    effort.needs_honest_figures(house)
    ada = house.resident("Ada", asan=WITHOUT_QUARANTINE)
    bo = house.resident("Bo")
    house.pair(ada, bo)
    noted = bytes_noted(ada)
    effort.forget_highest_memory(ada.daemon.pid)
    before = effort.memory(ada.daemon.pid)
    with Crowd(ada.address()) as crowd:
        eventually("a thousand have come", lambda: crowd.came >= STRANGERS, 40)
        for turn in range(2):
            began = time.monotonic()
            bo.write(f"through the crowd, time {turn}")
            eventually("Ada reads it", lambda n=turn: f"through the crowd, time {n}" in ada.texts(), 10)
            print(f"read after {time.monotonic() - began:.1f} s")
            bo.restart()  # and so has to come in among them
            began = time.monotonic()
            eventually("Bo is in again", lambda: any(peer["connected"] for peer in bo.status()["peers"]), 10)
            print(f"in again after {time.monotonic() - began:.1f} s")
        grown = effort.highest_memory(ada.daemon.pid) - before
    assert crowd.came >= STRANGERS and crowd.heard == 0, f"{crowd.heard} bytes were said to strangers"
    print(f"{crowd.came} strangers, {crowd.turned_away} turned away, {grown / 1024:.0f} KiB more")
    assert grown < 8 * MEGABYTE, f"Ada's daemon has grown by {grown / MEGABYTE:.1f} MiB"
    told = bytes_noted(ada) - noted
    assert told < 4096, f"{told} bytes of notes"
