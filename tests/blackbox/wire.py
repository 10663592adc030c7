"""wire.py: listens to everything that goes over loopback while a fact is shown."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import socket
import threading

EVERY_PROTOCOL = 0x0003


class Capture:
    """Packets are joined as they come; a text cut in two by TCP would be missed, so facts keep theirs short."""

    def __init__(self):
        self.packets = []
        self.why_not = None
        if os.environ.get("DUOLOG_OWN_NETWORK") != "1":
            self.why_not = "this machine gives the tests no network of their own"
            return
        try:
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(EVERY_PROTOCOL))
        except PermissionError:
            self.why_not = "this user may not capture packets"
            return
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 << 20)
        self.socket.settimeout(0.2)
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        while not self.stopping.is_set():
            try:
                self.packets.append(self.socket.recv(65536 + 64))
            except TimeoutError:
                continue

    def stop(self):
        """All bytes that went by; the second time the same."""
        if not self.why_not and not self.stopping.is_set():
            self.stopping.set()
            self.thread.join()
            self.socket.close()
        return b"\n".join(self.packets)
