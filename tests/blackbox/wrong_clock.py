"""wrong_clock.py: a wall clock that one daemon alone believes, and that may jump while it runs. Its steady clock stays right."""
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime
import pathlib
import time
import zoneinfo

from effort import under_thread_sanitizer
from house import Skipped

LIBRARY = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
ASAN = "verify_asan_link_order=0"  # the library stands before the sanitizer's


class WrongClock:
    def __init__(self, house):
        if not LIBRARY:
            raise Skipped("libfaketime is missing (apt-get install libfaketime)")
        if under_thread_sanitizer(house):
            raise Skipped("libfaketime and ThreadSanitizer wait for each other, and the daemon never starts")
        self.file = house.folder / "clock"
        self.jump("+0")

    def jump(self, by):
        """"+10y", "-3600": from the right time on."""
        self.file.write_text(by)

    def show(self, civil, zone="Europe/Berlin"):
        """From now on it shows this time there, and goes on."""
        there = datetime.datetime.fromisoformat(civil).replace(tzinfo=zoneinfo.ZoneInfo(zone))
        self.jump(f"{there.timestamp() - time.time():+.0f}")

    @property
    def environment(self):
        """For a command line that believes it as well."""
        return {"LD_PRELOAD": str(LIBRARY), "FAKETIME_TIMESTAMP_FILE": str(self.file), "DONT_FAKE_MONOTONIC": "1"}

    @property
    def via(self):
        """The beginning of the command line of a daemon that believes it."""
        return ("env", f"LD_PRELOAD={LIBRARY}", f"FAKETIME_TIMESTAMP_FILE={self.file}", "FAKETIME_CACHE_DURATION=1",
                "DONT_FAKE_MONOTONIC=1")
