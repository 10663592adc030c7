"""box.py: a mailbox: duolog-mailbox in a folder of its own, which may see sizes and times, and nothing else."""
# SPDX-License-Identifier: GPL-3.0-or-later
import base64
import os
import signal
import subprocess

import canary
from house import eventually
from person import free_port


class Mailbox:
    def __init__(self, house, *options, folder=None, port=None):
        self.house, self.options = house, options
        self.folder = folder or house.folder / f"mailbox-{len(os.listdir(house.folder))}"
        self.port = port or free_port()
        self.process = None
        self.said = house.folder / f"{self.folder.name}.said"
        self.environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "ASAN_OPTIONS": "detect_leaks=1"}

    def run(self, *arguments, code=0):
        done = subprocess.run([str(self.house.programs / "duolog-mailbox"), "--home", str(self.folder), *map(str, arguments)],
                              env=self.environment, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == code, f"duolog-mailbox {arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done

    def link(self, *options):
        link = self.run("link", "--address", f"127.0.0.1:{self.port}", *options).stdout.strip()
        self.house.secrets.text(link, "a mailbox's link")
        packed = link.removeprefix("duolog-mailbox:").upper()
        self.house.secrets.key(base64.b32decode(packed + "=" * (-len(packed) % 8))[1:33], "a mailbox's secret")
        return link

    def start(self, wrapper=(), environment=None):
        assert self.process is None
        self.process = subprocess.Popen(
            [*wrapper, str(self.house.programs / "duolog-mailbox"), "--home", str(self.folder), "--listen",
             f"127.0.0.1:{self.port}", *self.options], env={**self.environment, **(environment or {})},
            stdin=subprocess.DEVNULL, stdout=self.said.open("ab"), stderr=subprocess.STDOUT)
        eventually("the mailbox listens", lambda: self.process.poll() is not None or self.is_listening())
        return self

    def is_listening(self):
        place = self.folder / "run" / "listening"
        return place.exists() and str(self.port) in place.read_text()

    def stop(self, how=signal.SIGTERM):
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(how)
        return process.wait(15)

    def kill(self):
        self.stop(signal.SIGKILL)
        (self.folder / "run" / "listening").unlink(missing_ok=True)

    def bundles(self):
        return sorted((self.folder / "bundles").glob("*.bundle"))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_exception):
        if self.process:
            code = self.stop()
            assert code == 0, f"the mailbox ended with {code}: {self.said.read_text()}"
        said = self.said.read_text()
        assert "Sanitizer" not in said and "runtime error:" not in said, said

    def look_for_leaks(self):
        """Everything that lies in its folder but its own key."""
        found = []
        for file in (each for each in self.folder.rglob("*") if each.is_file() and each.name != "key"):
            found += canary.in_bytes(self.house.secrets, file.read_bytes(), str(file))
        found += canary.in_bytes(self.house.secrets, self.said.read_bytes(), "what the mailbox said")
        if self.process:
            found += canary.in_process(self.house.secrets, self.process.pid)
        assert not found, found


def use(someone, link, *options):
    return someone.duolog("mailbox", "add", link, "--json", *options).object["mailboxes"][0]


def mailbox_of(someone):
    mailbox, = someone.json("mailbox", "list")[0]["mailboxes"]
    return mailbox


def visited(someone):
    """Looked at now, and done with it."""
    before = mailbox_of(someone)["looked"]

    def is_over():
        someone.duolog("sync")
        mailbox = mailbox_of(someone)
        return mailbox["state"] == "resting" and mailbox["looked"] != before

    eventually(f"{someone.name}'s visit is over", is_over, 40)
