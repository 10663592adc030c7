"""The first start of a home that an older release has written: killed, or without room, at any change to the disk."""
# SPDX-License-Identifier: GPL-3.0-or-later
import errno
import os
import re
import shutil
import signal

import disks
import faults
from facts_fixtures import expected, moved_in, recordings, same
from facts_full_disk import draft_of, forget
from facts_power import the_cuts_were_real
from faults import many
from house import fact
from person import DONE

SECRETS = ("vault", "key")  # which no start has a reason to write


class OldHome:
    """A recorded home, put back before each start; the disk under it fails when told to."""

    def __init__(self, house, recording, disk=None):
        self.recording = recording
        self.person = moved_in(house, "Ada", recording)
        if disk:
            shutil.rmtree(self.person.home)
            disk.move_in(self.person)
        self.disk = faults.Disk(self.person)
        self.wanted = expected(recording / "ada.list")

    def put_back(self):
        shutil.rmtree(self.person.home, ignore_errors=True)
        shutil.copytree(self.recording / "ada", self.person.home)
        self.person.home.chmod(0o700)
        for file in self.person.home.iterdir():
            file.chmod(0o600)

    def start(self):
        """None: it runs, and was asked for what it has. Else with which code it ended."""
        try:
            self.person.start()
        except AssertionError as ended:
            return int(re.search(r"ended with (-?\d+) before it was ready", str(ended))[1])
        if self.person.run("list").code == self.person.run("status").code == DONE:
            return None
        code = self.person.daemon.stop()
        self.person.daemon = None
        return code

    def is_whole(self, where):
        """After whatever happened: what was said then is said now, and the next word is kept."""
        self.disk.heal()
        if not self.person.daemon:
            self.person.start()
        assert same(self.person.list(), self.wanted), f"{where}: {self.person.list()}"
        for name in SECRETS:
            then, now = (folder / name for folder in (self.recording / "ada", self.person.home))
            assert then.exists() == now.exists() and (not then.exists() or then.read_bytes() == now.read_bytes()), where
        kept = self.person.duolog("write", "--private", "--json", "--", "and it goes on").object["id"]
        assert self.person.list()[-1]["id"] == kept
        self.person.stop()


def changes_of_a_first_start(old, calls):
    """How many there are."""
    old.put_back()
    old.disk.fail(calls, nth=1 << 30)
    assert old.start() is None
    seen = faults.PLAN.unpack(old.disk.plan[:])[5]
    old.is_whole("with nothing in its way")
    return seen


@fact
def no_kill_before_any_change_that_the_first_start_of_an_older_home_makes_costs_a_word(house):
    house.secrets.text("and it goes on", "a text")
    for recording in recordings():
        old = OldHome(house, recording)
        count, killed = changes_of_a_first_start(old, faults.CHANGES), 0
        for nth in range(1, count + 1, many(max(1, count // 20), 1)):
            old.put_back()
            old.disk.fail(faults.CHANGES, nth, faults.KILL)
            ended = old.start()
            assert ended in (None, -signal.SIGKILL), f"{recording.name}: it ended with {ended} before change {nth}"
            killed += ended is not None
            old.is_whole(f"{recording.name}, killed before change {nth} of {count}")
        print(f"{recording.name}: killed before {killed} of {count} changes of its first start")
        assert killed >= 15, killed


@fact
def a_disk_that_is_full_at_any_write_of_the_first_start_of_an_older_home_costs_no_word(house):
    house.secrets.text("and it goes on", "a text")
    for recording in recordings():
        old = OldHome(house, recording)
        count, struck, refused = changes_of_a_first_start(old, faults.WRITE), 0, 0
        for for_good in (False, True):
            for nth in range(1, count + 1, many(max(1, count // 8), 1)):
                where = f"{recording.name}, full at write {nth} of {count}{', for good' if for_good else ''}"
                old.put_back()
                (old.person.folder / "duologd.said").write_text("")
                old.disk.fail(faults.WRITE, nth, error=errno.ENOSPC, for_good=for_good)
                ended = old.start()
                if ended is not None:
                    said = (old.person.folder / "duologd.said").read_text()
                    assert ended == 1 and str(old.person.home) in said and said.count("hint: ") == 1, (where, ended, said)
                    refused += 1
                struck += old.disk.fired > 0
                old.is_whole(where)
        print(f"{recording.name}: full {struck} times, {refused} starts were refused")
        assert struck >= 12, struck


@fact
def a_disk_without_a_name_left_for_the_first_start_of_an_older_home_costs_no_word(house):
    """Its files are there, and so many new ones may be made beside them."""
    outcomes = []
    for recording in recordings():
        for names in range(len(list((recording / "ada").iterdir())) + 3, 16):
            disk = disks.Small(house, f"{recording.name}-{names}", size="8m", names=names)
            ada = house.person(f"Ada-{recording.name}-{names}", options=())
            disk.move_in(ada)
            shutil.copytree(recording / "ada", ada.home)
            ada.home.chmod(0o700)
            for file in ada.home.iterdir():
                file.chmod(0o600)
            ada.learn_key()
            (ada.folder / "duologd.said").write_text("")
            try:
                ada.start()
                started = True
            except AssertionError as ended:
                assert "ended with 1 before it was ready" in str(ended), ended
                said, started = (ada.folder / "duologd.said").read_text(), False
                assert str(ada.home) in said and re.search("No space left|no names left", said) and said.count("hint: ") == 1, said
            if started:  # what was there is told; whether one more word fits is the disk's to say
                assert same(ada.list(), expected(recording / "ada.list")), names
                told = ada.run("write", "--private", "--json", "--", "a word more")
                assert told.code == DONE or "NOT_SAVED" in told.said, told.said
                if told.code != DONE:
                    forget(draft_of(told))
                ada.stop()
            disk.becomes("nr_inodes=200")
            ada.start()
            wanted = expected(recording / "ada.list")
            assert same([item for item in ada.list() if item["text"] not in ("a word more", "and another")], wanted), names
            ada.write("and another", "--private")
            ada.stop()
            outcomes.append(started and told.code == DONE)
    assert outcomes.count(False) >= 3 and outcomes[-1], outcomes


@fact
def no_power_cut_before_any_change_that_the_first_start_of_an_older_home_makes_costs_a_word(house):
    """Killed there, and what it had not synced is gone with the power."""
    house.secrets.text("and it goes on", "a text")
    for recording in recordings():
        disk = disks.Powered(house, recording.name)
        old = OldHome(house, recording, disk)
        count, killed = changes_of_a_first_start(old, faults.CHANGES), 0
        for nth in range(1, count + 1, many(max(1, count // 6), 1)):
            old.put_back()
            os.sync()  # the older release has: what is to be lost is this start's alone
            old.disk.fail(faults.CHANGES, nth, faults.KILL)
            ended = old.start()
            assert ended in (None, -signal.SIGKILL), f"{recording.name}: it ended with {ended} before change {nth}"
            killed += ended is not None
            disk.cut()
            if old.person.daemon:
                old.person.kill()
            disk.power()
            old.is_whole(f"{recording.name}, without power from change {nth} of {count} on")
        print(f"{recording.name}: the power went before {killed} of {count} changes of its first start")
        assert killed >= many(4, 15), killed
        the_cuts_were_real(disk, killed)
