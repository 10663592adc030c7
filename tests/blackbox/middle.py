"""middle.py: somebody in the middle. Two machines reach each other only through the fact's own network, and every connection
to port 38650 is taken there, whoever dials whom, at whatever address: the two notice nothing of it.

    Ada's machine 10.81.1.1 ── 10.81.1.254 | the fact's own network | 10.81.2.254 ── 10.81.2.1 Bo's machine

What the one says is cut into frames (u16 length, then as much) and handed to `meddle`, which returns what the other hears.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import select
import socket
import struct
import threading
import time

from lan import PORT, Lan, run

SO_ORIGINAL_DST, OWN_PORT = 80, 9_000


class Call:
    """One connection through the middle. `frames` counts what each side has said; `heard` what each was told."""

    def __init__(self, number, dialled, accepted, meddle):
        self.number, self.meddle = number, meddle
        self.sockets = {True: dialled, False: accepted}  # by "from the dialler"
        self.waiting = {True: b"", False: b""}
        self.frames = {True: 0, False: 0}
        self.heard = {True: b"", False: b""}  # raw, in the order it was said, by "from the dialler"
        self.held = []
        self.over = False

    def carry(self, from_dialler):
        try:
            piece = self.sockets[from_dialler].recv(65536)
        except OSError:
            piece = b""
        if not piece:
            self.close()
            return
        self.heard[from_dialler] += piece
        self.waiting[from_dialler] += piece
        while len(self.waiting[from_dialler]) >= 2:
            length = 2 + struct.unpack(">H", self.waiting[from_dialler][:2])[0]
            if len(self.waiting[from_dialler]) < length:
                break
            frame, self.waiting[from_dialler] = self.waiting[from_dialler][:length], self.waiting[from_dialler][length:]
            self.frames[from_dialler] += 1
            told = self.meddle(self, from_dialler, self.frames[from_dialler], frame)
            if told:
                self.say(not from_dialler, told)

    def say(self, to_dialler, told):
        try:
            self.sockets[to_dialler].sendall(told)
        except OSError:
            self.close()

    def close(self):
        """Both ends, at once."""
        self.over = True
        for end in self.sockets.values():
            end.close()


def carry_on(_call, _from_dialler, _number, frame):
    return frame


class Middle:
    """Both machines, routed through here; `meddle(call, from_dialler, number, frame)` may be changed at any time."""

    def __init__(self, house):
        self.lan = Lan(house)
        pathlib.Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        for number, name in enumerate(("Ada", "Bo"), 1):
            machine = self.lan.bare_machine(name)
            machine.cable()
            run("ip", "addr", "add", f"10.81.{number}.254/24", "dev", machine.port)
            machine.ip("addr", "add", f"10.81.{number}.1/24", "dev", "eth0")
            machine.ip("route", "add", "default", "via", f"10.81.{number}.254")
        run("nft", "add", "table", "ip", "middle")
        run("nft", "add chain ip middle pre { type nat hook prerouting priority -100; }")
        run("nft", "add", "rule", "ip", "middle", "pre", "tcp", "dport", str(PORT), "redirect", "to", f":{OWN_PORT}")
        self.meddle = carry_on
        self.calls = []
        self.stopping = threading.Event()
        self.door = socket.create_server(("0.0.0.0", OWN_PORT), backlog=64)
        self.thread = threading.Thread(target=self.listen, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_exception):
        self.stopping.set()
        self.thread.join()
        for call in self.calls:
            call.close()
        self.door.close()

    def open_calls(self):
        return [call for call in self.calls if not call.over]

    def listen(self):
        while not self.stopping.is_set():
            ends = {call.sockets[side]: (call, side) for call in self.open_calls() for side in (True, False)}
            try:
                ready = select.select([self.door, *ends], [], [], 0.05)[0]
            except (OSError, ValueError):  # a socket was closed meanwhile, by a fact
                continue
            for each in ready:
                if each is self.door:
                    self.take()
                elif not ends[each][0].over:
                    ends[each][0].carry(ends[each][1])

    def take(self):
        dialled, _ = self.door.accept()
        raw = dialled.getsockopt(socket.SOL_IP, SO_ORIGINAL_DST, 16)
        port, host = struct.unpack(">2xH4s8x", raw)
        try:
            accepted = socket.create_connection((socket.inet_ntoa(host), port), timeout=2)
        except OSError:
            dialled.close()
            return
        for end in (dialled, accepted):
            end.settimeout(10)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.calls.append(Call(len(self.calls), dialled, accepted, lambda *what: self.meddle(*what)))

    def hang_up(self):
        """Cuts everybody off."""
        for call in self.open_calls():
            call.close()

    def two(self):
        ada, bo = self.lan.resident("Ada"), self.lan.resident("Bo")
        self.lan.house.pair(ada, bo, at=ada.address())
        return ada, bo


def flip(frame, at=-1):
    """One bit of what is inside, the last one by default."""
    changed = bytearray(frame)
    changed[at] ^= 1
    return bytes(changed)


def shorten(frame):
    """One byte less, and a length that says so."""
    return struct.pack(">H", len(frame) - 3) + frame[2:-1]


def pause(seconds):
    time.sleep(seconds)
