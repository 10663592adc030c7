#!/usr/bin/python3
"""fake_tor.py: a network of onion services within one machine, as tor_test.cc needs it: started, spoken to and ended as
tor is. The first line of the configuration's %include names a folder that all of them share; each word on the second
makes it another kind of program: "silent", "rude", "brief", "deaf". What tor itself does is asked by blackbox/facts_tor.py.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import base64
import hashlib
import os
import pathlib
import socket
import sys
import threading
import time

P = 2**255 - 19


def public_of(secret):
    """X25519 with the base point (RFC 7748)."""
    number = bytearray(secret)
    number[0] &= 248
    number[31] = number[31] & 127 | 64
    k, x1, x2, z2, x3, z3 = int.from_bytes(number, "little"), 9, 1, 0, 9, 1
    for bit in reversed(range(255)):
        if k >> bit & 1:
            x2, x3, z2, z3 = x3, x2, z3, z2
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a % P, b * b % P, d * a % P, c * b % P
        e = aa - bb
        x3, z3, x2, z2 = (da + cb)**2 % P, x1 * (da - cb)**2 % P, aa * bb % P, e * (aa + 121665 * e) % P
        if k >> bit & 1:
            x2, x3, z2, z3 = x3, x2, z3, z2
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def settings(file):
    lines = (line.split(" ", 1) for line in pathlib.Path(file).read_text().splitlines())
    return {name: value for name, value in lines}


def listener(path):
    there = socket.socket(socket.AF_UNIX)
    there.bind(path)
    there.listen()
    return there


class Tor:
    def __init__(self, torrc):
        self.set = settings(torrc)
        told = pathlib.Path(self.set["%include"].strip('"')).read_text().splitlines()
        self.network, self.words = pathlib.Path(told[0]), told[1].split() if len(told) > 1 else []
        self.keys = {}
        self.services = set()
        self.told_own = False

    def live(self):
        if "brief" in self.words:
            print("[warn] It ends\x1b[31m here.", flush=True)
            sys.exit(1)
        cookie = os.urandom(32)
        pathlib.Path(self.set["CookieAuthFile"].strip('"')).write_bytes(cookie)
        calls = listener(self.set["SocksPort"].split('"')[1])
        control = listener(self.set["ControlSocket"].strip('"'))
        threading.Thread(target=self.answer_calls, args=(calls,), daemon=True).start()
        owner, _ = control.accept()
        self.talk(owner, cookie)
        for service in self.services:
            (self.network / service).unlink(missing_ok=True)

    def talk(self, owner, cookie):
        said = owner.makefile("rb")
        tell = lambda text: owner.sendall(text.replace("\n", "\r\n").encode())
        if "rude" in self.words:
            owner.sendall(b"\x00\xff" * 9000)
        for line in said:
            if "silent" in self.words:
                continue
            words = line.decode().split()
            if words[0] == "AUTHENTICATE":
                right = words[1] == cookie.hex() and "deaf" not in self.words
                tell("250 OK\n" if right else "515 Authentication failed: Wrong length on authentication cookie.\n")
            elif words[0] == "GETINFO":
                tell('250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=50 TAG=loading SUMMARY="Loading"\n250 OK\n'
                     '650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"\n')
            elif words[0] == "ADD_ONION":
                self.add(words, tell)
            elif words[0] == "DEL_ONION":
                (self.network / words[1]).unlink()
                tell("250 OK\n")
            elif words[0] == "ONION_CLIENT_AUTH_ADD":
                self.keys[words[1]] = public_of(base64.b64decode(words[2].removeprefix("x25519:")))
                tell("251 Client for onion existed and replaced\n")
            else:
                tell("250 OK\n")

    def add(self, words, tell):
        secret = base64.b64decode(words[1].removeprefix("ED25519-V3:"))
        assert len(secret) == 64 and words[2] == "Flags=V3Auth,DiscardPK", words[2]
        service = base64.b32encode(hashlib.sha512(secret).digest())[:56].decode().lower()
        port, visitors = words[3].removeprefix("Port=").split(",unix:")
        clients = [word.removeprefix("ClientAuthV3=") for word in words[4:]]
        (self.network / service).write_text("\n".join([port, visitors, *clients]))
        self.services.add(service)
        tell(f"250-ServiceID={service}\n250 OK\n650 HS_DESC UPLOAD {service} UNKNOWN $AA~r1\n"
             f"650 HS_DESC UPLOADED {service} UNKNOWN $AA~r1\n")

    def answer_calls(self, calls):
        while True:
            caller, _ = calls.accept()
            threading.Thread(target=self.lead, args=(caller,), daemon=True).start()

    def lead(self, caller):
        hears = caller.makefile("rb")
        assert hears.read(3) == b"\5\1\0"
        caller.sendall(b"\5\0")
        head = hears.read(5)
        name = hears.read(head[4]).decode()
        port = int.from_bytes(hears.read(2), "big")
        code, visitors = self.door(name.removesuffix(".onion"), port)
        caller.sendall(bytes([5, code, 0, 4]) + bytes(18))  # as tor does on a unix socket
        if code != 0:
            return caller.close()
        there = socket.socket(socket.AF_UNIX)
        there.connect(visitors)
        threading.Thread(target=self.carry, args=(hears, caller, there), daemon=True).start()
        self.carry(there.makefile("rb"), there, caller)

    def door(self, service, port):
        place = self.network / service
        if not place.exists():
            return 0xf0, None
        wanted, visitors, *clients = place.read_text().splitlines()
        if service not in self.keys:
            return 0xf4, None
        own = base64.b32encode(self.keys[service]).decode().rstrip("=").lower()
        if own not in clients:
            return 0xf5, None
        return (0 if int(wanted) == port else 1), visitors

    @staticmethod
    def carry(hears, source, sink):
        try:
            while piece := hears.read1(65536):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            source.close()


if __name__ == "__main__":
    Tor(sys.argv[sys.argv.index("-f") + 1]).live()
