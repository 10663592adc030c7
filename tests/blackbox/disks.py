"""disks.py: disks of our own: one that loses its power, and small ones that fill up.

A power cut is ext4 on a loop file, shut down by an ioctl without writing its journal: what was not yet on the disk is
gone, and every later call fails. They are mounted where only this fact sees them, and vanish with it at the latest.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import errno
import fcntl
import os
import shutil
import struct
import subprocess

from house import Skipped, needs

EXT4_IOC_SHUTDOWN = 0x8004587D
WITHOUT_WRITING_THE_JOURNAL = 2


def root(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


class Mounted:
    """A folder that is a disk of its own. People who live there have their home, and nothing else, on it."""

    def __init__(self, house, name):
        if os.getuid() or os.environ.get("DUOLOG_OWN_NETWORK") != "1":
            raise Skipped("only root with mounts of its own can make a disk")
        self.house = house
        self.folder = house.folder / f"disk-{name}"
        self.folder.mkdir()
        house.disks.append(self)

    def move_in(self, person):
        person.home = self.folder / "home"
        person.environment["DUOLOG_HOME"] = str(person.home)

    def unmount(self):
        root("umount", self.folder)

    def remove(self):
        if os.path.ismount(self.folder):
            root("umount", "--lazy", self.folder)


class Small(Mounted):
    """A disk in memory with so many bytes and names."""

    def __init__(self, house, name, size="64m", names=0):
        super().__init__(house, name)
        root("mount", "-t", "tmpfs", "-o", f"size={size},nr_inodes={names},mode=700", "tmpfs", self.folder)

    def becomes(self, options):
        """Remounted with these options, e.g. size=1m or ro."""
        root("mount", "-o", f"remount,{options}", self.folder)


class Powered(Mounted):
    """A disk that can lose its power. Sparse: large for its files, small for its host."""

    def __init__(self, house, name, size=1 << 30):
        super().__init__(house, name)
        needs("mkfs.ext4", "e2fsprogs")
        self.image = house.folder / f"disk-{name}.img"
        with self.image.open("wb") as image:
            image.truncate(size)
        root("mkfs.ext4", "-q", "-m", "0", "-J", "size=4", "-O", "^resize_inode", self.image)
        try:
            self.mount()
        except OSError as why:
            raise Skipped(f"no loop device can be mounted here: {why}") from why
        self.cuts = 0
        self.lost = 0

    def mount(self):
        root("mount", "-o", "loop", self.image, self.folder)

    def cut(self):
        """From now on nothing reaches the disk. Whoever used it must be gone before it is powered again."""
        (self.folder / "never-synced").write_bytes(bytes(4096))
        disk = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.ioctl(disk, EXT4_IOC_SHUTDOWN, struct.pack("I", WITHOUT_WRITING_THE_JOURNAL))
        os.close(disk)
        self.cuts += 1

    def power(self):
        """Mounted again; its journal is replayed. Counts the cuts that really lost what nobody had synced."""
        self.unmount()
        self.mount()
        witness = self.folder / "never-synced"
        if witness.exists() and witness.read_bytes() == bytes(4096):
            witness.unlink()
        else:
            self.lost += 1

    def remove(self):
        super().remove()
        self.image.unlink(missing_ok=True)

    def fill(self, leave):
        """Takes all room but about `leave` bytes; free_again() gives it back."""
        free = shutil.disk_usage(self.folder).free
        with (self.folder / "ballast").open("ab", 0) as ballast:
            os.posix_fallocate(ballast.fileno(), 0, free - max(leave, 16 << 20))
            try:
                while not leave:
                    ballast.write(bytes(4096))
            except OSError as full:
                assert full.errno == errno.ENOSPC

    def free_again(self):
        (self.folder / "ballast").unlink()
