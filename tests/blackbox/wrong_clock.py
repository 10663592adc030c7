"""wrong_clock.py: a wall clock that one daemon alone believes, and that may jump while it runs. Its steady clock stays right."""
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime
import math
import mmap
import re
import struct
import time
import zoneinfo

from house import Skipped

ASAN = "verify_asan_link_order=0"  # the library stands before the sanitizer's
UNITS = {"": 1, "d": 86400, "y": 365 * 86400}


class WrongClock:
    def __init__(self, house):
        self.library = house.programs / "libwrong_clock.so"
        if not self.library.exists():
            raise Skipped(f"{self.library} is not built (ninja wrong_clock)")
        self.file = house.folder / "clock"
        self.file.write_bytes(bytes(8))
        with self.file.open("r+b") as file:
            self.ahead = mmap.mmap(file.fileno(), 8)

    def jump(self, by):
        """"+10y", "-7d", "-3600": from the right time on."""
        number, unit = re.fullmatch(r"([+-]\d+)([dy]?)", by).groups()
        self.ahead[:] = struct.pack("=q", int(number) * UNITS[unit])

    def show(self, civil, zone="Europe/Berlin"):
        """From now on it shows this time there, and goes on."""
        there = datetime.datetime.fromisoformat(civil).replace(tzinfo=zoneinfo.ZoneInfo(zone))
        self.jump(f"{math.ceil(there.timestamp() - time.time()):+}")  # and never the minute before it

    @property
    def environment(self):
        """For a command line that believes it as well."""
        return {"LD_PRELOAD": str(self.library), "DUOLOG_WRONG_CLOCK": str(self.file)}

    @property
    def via(self):
        """The beginning of the command line of a daemon that believes it."""
        return ("env", *(f"{name}={value}" for name, value in self.environment.items()))
