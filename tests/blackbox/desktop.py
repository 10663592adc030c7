"""desktop.py: a desktop of one's own: a real session bus, a real service that shows notifications (dunst), on a screen that
nobody sees."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import os
import pathlib
import re
import signal
import subprocess

from house import Skipped, eventually, needs

# Starts nothing by itself: what is on this bus is what a fact has put there.
BUS = """<busconfig><type>session</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>"""
MARKUP = "[global]\nmarkup = full\nsort = no\n"
NO_MARKUP = "[global]\nmarkup = no\nsort = no\n"


def line_from(command, descriptor_option, **how):
    """Starts it; the process, and the line that it writes where the option names a descriptor."""
    reading, writing = os.pipe()
    process = subprocess.Popen([*command, *(word.format(writing) for word in descriptor_option)], pass_fds=[writing],
                               stdin=subprocess.DEVNULL, **how)
    os.close(writing)
    with os.fdopen(reading) as said:
        line = said.readline().strip()
    if not line:
        process.kill()
        process.wait()
        raise Skipped(f"{command[0]} does not start here")
    return process, line


class Desktop:
    """`place`: the socket of its bus; `name`: of one of several. Use with `with`."""

    def __init__(self, house, place, name="desktop"):
        for program, package in (("dbus-daemon", "dbus"), ("Xvfb", "xvfb"), ("dunst", "dunst"), ("dbus-send", "dbus")):
            needs(program, package)
        self.folder = house.folder / name
        self.folder.mkdir(exist_ok=True)
        self.place = pathlib.Path(place)
        self.shown_file = self.folder / "shown"
        self.shown_file.touch()
        self.errors = (self.folder / "errors").open("ab")
        self.bus = self.screen = self.service = None

    def __enter__(self):
        try:
            self.open_bus()
            self.open_screen()
            self.open_service()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_exception):
        self.close()

    @property
    def address(self):
        return f"unix:path={self.place}"

    @property
    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8",
                "XDG_RUNTIME_DIR": str(self.folder), "DBUS_SESSION_BUS_ADDRESS": self.address}

    def open_bus(self):
        config = self.folder / "bus.conf"
        config.write_text(BUS.format(path=self.place))
        self.bus, _ = line_from(["dbus-daemon", f"--config-file={config}", "--nofork"], ["--print-address={}"],
                                stderr=self.errors)

    def open_screen(self):
        self.screen, number = line_from(["Xvfb", "-screen", "0", "640x480x24", "-nolisten", "tcp"], ["-displayfd", "{}"],
                                        stderr=self.errors)
        self.display = f":{number}"

    def open_service(self, config=MARKUP):
        self.close_one("service")
        file = self.folder / "dunstrc"
        file.write_text(config)
        with self.shown_file.open("ab") as shown:
            self.service = subprocess.Popen(["dunst", "-conf", str(file), "-print"], stdin=subprocess.DEVNULL, stdout=shown,
                                            stderr=self.errors, env={**self.environment, "DISPLAY": self.display})
        eventually("dunst is on the bus", self.service_answers)

    def service_answers(self):
        if self.service.poll() is not None:
            raise Skipped(f"dunst does not start here: {(self.folder / 'errors').read_text()[-300:]}")
        asked = subprocess.run(["dbus-send", f"--bus={self.address}", "--print-reply", "--dest=org.freedesktop.Notifications",
                                "/org/freedesktop/Notifications", "org.freedesktop.Notifications.GetServerInformation"],
                               capture_output=True, check=False, timeout=10)
        return b"dunst" in asked.stdout

    @contextlib.contextmanager
    def held_still(self):
        """The bus takes calls and answers none."""
        self.bus.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.bus.send_signal(signal.SIGCONT)

    def shown(self):
        """Each notice as the service got it: {"appname", "summary", "body", "urgency", "id", …}."""
        notices = re.split(r"^\{\n", self.shown_file.read_text(), flags=re.MULTILINE)[1:]
        return [dict(re.findall(r"^\t(\w+): '?(.*?)'?$", notice, flags=re.MULTILINE)) for notice in notices]

    def bodies(self):
        return [notice["body"] for notice in self.shown()]

    def close_one(self, what):
        process = getattr(self, what)
        setattr(self, what, None)
        if not process:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self):
        for each in ("service", "screen", "bus"):
            self.close_one(each)
        self.errors.close()
        with contextlib.suppress(OSError):
            self.place.unlink()


def at_home_of(someone):
    """Where a bus is found without being named."""
    return pathlib.Path(someone.environment["XDG_RUNTIME_DIR"]) / "bus"
