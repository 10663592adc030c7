"""processes.py: what the system says of a process."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib


def alive(pid):
    """Reaps a child of ours that has ended."""
    try:
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return pathlib.Path(f"/proc/{pid}").exists()


def state_of(pid):
    """"R", "S", "T" …"""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def field_of(pid, name, file="status"):
    for line in pathlib.Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(name):
            return line[len(name):].split()
    raise AssertionError(f"no {name} in /proc/{pid}/{file}")


def children_of(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
