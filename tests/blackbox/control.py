"""control.py: the local socket, spoken by hand: a u32 length before each message, and as much protobuf as a request needs."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import socket
import struct

LIMIT = 4 << 20
VARINT, BYTES = 0, 2


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes(out) + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3 | VARINT) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | BYTES) + varint(len(value)) + value


def fields(message):
    """(number, value) of a message's fields; integers and byte strings are all that is spoken here."""
    at = 0

    def number():
        nonlocal at
        result, shift = 0, 0
        while True:
            byte = message[at]
            at += 1
            result |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return result

    while at < len(message):
        key = number()
        if key & 7 == VARINT:
            yield key >> 3, number()
        else:
            assert key & 7 == BYTES, f"wire type {key & 7}"
            length = number()
            yield key >> 3, message[at:at + length]
            at += length


def request(body_number, body=b"", request_id=None):
    """A Request (proto/control.proto) with this body."""
    return field(1, 1) + field(2, request_id or os.urandom(16)) + field(body_number, body)


STATUS, INIT, LOCK, WRITE, LIST, SYNC, DOCTOR = 10, 11, 13, 18, 19, 24, 25


def peers(person):
    """Of the status, asked for without a process of its own: cheap enough to be asked all the time."""
    with Control(person) as door:
        report = dict(fields(door.ask(request(STATUS))[-1]))[10]
    told = []
    for number, raw in fields(report):
        if number == 3:
            peer = dict(fields(raw))
            told.append({"connected": peer.get(4) == 1, "state": peer.get(8, b"").decode(), "behind": peer.get(6, 0),
                         "since": peer.get(9, b"").decode(), "next_try": peer.get(10, b"").decode()})
    return told


def connected(person):
    """With anybody."""
    return any(peer["connected"] for peer in peers(person))


def nudge(person):
    """`duolog sync`: everybody who is away is dialled now."""
    with Control(person) as door:
        door.ask(request(SYNC))


class Control:
    def __init__(self, person):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        folder = os.open(person.home / "run", os.O_PATH)
        self.socket.connect(f"/proc/self/fd/{folder}/control.sock")
        os.close(folder)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.socket.close()

    def send(self, message):
        self.socket.sendall(struct.pack("<I", len(message)) + message)

    def receive(self):
        """The next message, or None when the daemon has closed."""
        length = self.exactly(4)
        return length and self.exactly(struct.unpack("<I", length)[0])

    def exactly(self, count):
        have = b""
        while len(have) < count:
            piece = self.socket.recv(count - len(have))
            if not piece:
                return None
            have += piece
        return have

    def ask(self, message):
        """All replies to one request, as bytes."""
        self.send(message)
        replies = []
        while True:
            reply = self.receive()
            assert reply is not None, f"the daemon closed after {len(replies)} replies"
            replies.append(reply)
            if (1, 1) in fields(reply):
                return replies
