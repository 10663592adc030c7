"""effort.py: what a daemon costs its machine: time on a processor, wake-ups, memory, descriptors."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import time

from house import Skipped, watched_by_threads

WITHOUT_QUARANTINE = "quarantine_size_mb=0:thread_local_quarantine_size_kb=0"  # freed memory is given back at once
MEGABYTE = 1 << 20


def under_thread_sanitizer(house):
    return watched_by_threads(house.programs)


def needs_honest_figures(house):
    """ThreadSanitizer watches every access from threads of its own: what it costs says nothing of the daemon."""
    if under_thread_sanitizer(house):
        raise Skipped("nothing is measured under ThreadSanitizer")


def place(pid, name):
    return pathlib.Path(f"/proc/{pid}/{name}")


def processor_seconds(pid):
    """To the nanosecond, of all its threads, those that have ended too: the clock of clock_getcpuclockid(3)."""
    return time.clock_gettime(~pid << 3 | 2)


def status_number(pid, key):
    line = next(line for line in place(pid, "status").read_text().splitlines() if line.startswith(key + ":"))
    return int(line.split()[1])


def wake_ups(pid):
    return status_number(pid, "voluntary_ctxt_switches")


def memory(pid):
    """Bytes that are resident now."""
    return status_number(pid, "VmRSS") * 1024


def highest_memory(pid):
    """Since forget_highest_memory()."""
    return status_number(pid, "VmHWM") * 1024


def forget_highest_memory(pid):
    place(pid, "clear_refs").write_text("5")


def descriptors(pid):
    return len(os.listdir(place(pid, "fd")))


def over(seconds, pids):
    """(share of a processor, wake-ups a second) of each, measured together."""
    before = {pid: (processor_seconds(pid), wake_ups(pid)) for pid in pids}
    began = time.monotonic()
    time.sleep(seconds)  # nothing is awaited: this is the measuring itself
    length = time.monotonic() - began
    return {pid: ((processor_seconds(pid) - spent) / length, (wake_ups(pid) - woken) / length)
            for pid, (spent, woken) in before.items()}
