"""rough.py: a bad network between two machines: it holds, drops, doubles and delays packets by a seeded generator.

    eth0 of one machine (TUN) ── this process ── eth0 of the other (TUN)

The kernel here has no netem, so packets are handled in user space. Whatever is done to them is counted, because a fault that
never happened shows nothing.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import collections
import fcntl
import heapq
import os
import random
import select
import struct
import threading
import time

from house import Skipped
from lan import run

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
MTU = 1500


def tun(name):
    try:
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH", name.encode(), IFF_TUN | IFF_NO_PI))
    except OSError as error:
        raise Skipped(f"no TUN device here: {error}") from error
    return fd


class Rough:
    """Between two machines that have no cable yet. Seconds, shares of one, bits per second, bytes."""

    def __init__(self, lan, one, other, *, seed, delay=0.0, jitter=0.0, loss=0.0, twice=0.0, rate=0, longest=MTU):
        self.delay, self.jitter, self.loss, self.twice, self.rate, self.longest = delay, jitter, loss, twice, rate, longest
        self.chance = random.Random(seed)
        self.packets = lan.house.capture.packets
        self.count = collections.Counter()  # "offered", "offered bytes", "carried", "dropped", "doubled", "too long", "late",
                                            # "queued"
        self.ends = []
        for machine in (one, other):
            self.ends.append(tun(f"t{machine.name}"))
            run("ip", "link", "set", f"t{machine.name}", "netns", machine.name)
            machine.ip("link", "set", f"t{machine.name}", "name", "eth0", "mtu", str(MTU))
            machine.ip("link", "set", "eth0", "up")
            machine.address()
        self.free_at = dict.fromkeys(self.ends, 0.0)  # when each direction's line is free again
        self.due = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.carry, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.stopping.set()
        self.thread.join()
        for fd in self.ends:
            os.close(fd)

    def carry(self):
        one, other = self.ends
        while not self.stopping.is_set():
            wait = min(0.1, max(0.0, self.due[0][0] - time.monotonic())) if self.due else 0.1
            for fd in select.select(self.ends, [], [], wait)[0]:
                self.take(fd, other if fd == one else one)
            while self.due and self.due[0][0] <= time.monotonic():
                _when, _turn, to, packet = heapq.heappop(self.due)
                self.count["carried"] += 1
                try:
                    os.write(to, packet)
                except OSError:  # that machine's interface is down
                    pass

    def take(self, fd, to):
        while True:
            try:
                packet = os.read(fd, 65536)
            except OSError:
                return
            self.packets.append(packet)
            self.count["offered"] += 1
            self.count["offered bytes"] += len(packet)
            if len(packet) > self.longest:
                self.count["too long"] += 1
            elif self.chance.random() < self.loss:
                self.count["dropped"] += 1
            else:
                copies = 2 if self.chance.random() < self.twice else 1
                self.count["doubled"] += copies - 1
                for _ in range(copies):
                    self.send(to, packet)

    def send(self, to, packet):
        ready = time.monotonic()
        if self.rate:
            self.count["queued"] += self.free_at[to] > ready
            ready = max(ready, self.free_at[to]) + len(packet) * 8 / self.rate
            self.free_at[to] = ready
        late = self.delay + self.chance.random() * self.jitter
        self.count["late"] += late > 0
        heapq.heappush(self.due, (ready + late, self.count["carried"] + len(self.due) + self.chance.random(), to, packet))
