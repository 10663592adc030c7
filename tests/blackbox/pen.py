"""pen.py: somebody writing many entries by the local socket, who knows which of them were said to be saved."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os

import control
from house import eventually

# proto/control.proto
REPLY_ITEM, REPLY_ERROR, REPLY_SAVED, NOT_SAVED = 15, 2, 14, 15
ITEM_TEXT, ITEM_DELIVERY, DELIVERY_STATE = 7, 10, 1


class Pen:
    def __init__(self, person):
        self.person = person
        self.saved = []
        self.door = None

    def open(self):
        """Anew, after the daemon went."""
        if self.door:
            self.door.socket.close()
        self.door = control.Control(self.person)

    def book(self, pages, reader, more=""):
        """Writes so many pages, and waits until the reader has all that was ever written."""
        for page in range(pages):
            self.write(f"page {page} of the book" + more)
        eventually(f"{reader.name} has all of it", lambda: texts(reader) == self.saved)

    def send(self, text, request_id=None):
        if not self.saved:
            self.person.house.secrets.text(text, "a text")  # one stands for all: a search for thousands takes its time
        self.door.send(control.request(control.WRITE, control.field(1, text), request_id))

    def answer(self, text):
        """True: saved. A string: refused, for this reason. None: the daemon went away before it answered."""
        try:
            reply = self.door.receive()
        except ConnectionError:
            return None
        if reply is None:
            return None
        said = dict(control.fields(reply))
        if REPLY_SAVED in said:
            self.saved.append(text)
            return True
        return dict(control.fields(said[REPLY_ERROR])).get(2, b"").decode() or "?"

    def write(self, text):
        self.send(text)
        answered = self.answer(text)
        assert answered is True, f"{text!r} was not saved: {answered}"


def items(person, limit=0):
    """The fields of each entry; of the newest `limit`, the newest last."""
    with control.Control(person) as door:
        replies = door.ask(control.request(control.LIST, control.field(1, limit) if limit else b""))
    found = (dict(control.fields(reply)).get(REPLY_ITEM) for reply in replies)
    return [dict(control.fields(item)) for item in found if item]


def texts(person, limit=0):
    return [item.get(ITEM_TEXT, b"").decode() for item in items(person, limit)]


def delivered(person, limit=0):
    """The texts that the other device is known to hold."""
    return [item[ITEM_TEXT].decode() for item in items(person, limit)
            if dict(control.fields(item.get(ITEM_DELIVERY, b""))).get(DELIVERY_STATE) == b"delivered"]


def same_once_each(found, saved, perhaps=()):
    """Everything that was saved is there once and in order; of what was under way each once or not at all."""
    assert len(found) == len(set(found)), f"twice: {[text for text in found if found.count(text) > 1]}"
    assert [text for text in found if text not in perhaps] == saved, (
        f"lost: {[text for text in saved if text not in found]}, "
        f"nobody wrote: {[text for text in found if text not in saved and text not in perhaps]}")


def request_id():
    return os.urandom(16)
