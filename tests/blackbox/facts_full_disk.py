"""A disk without room, bytes or names: told in one sentence, nothing lost, and over by itself once there is room."""
# SPDX-License-Identifier: GPL-3.0-or-later
import errno
import os
import pathlib
import re
import subprocess

import disks
import faults
from house import eventually, fact
from pen import Pen, delivered, same_once_each, texts
from person import DONE, FAILED

FULL = "the disk is full"


def draft_of(refused):
    """Where the text is, by the hint."""
    return pathlib.Path(re.search(r"duolog write < (/\S+/entry.txt)", refused.said)[1])


def forget(draft):
    """What is kept in memory on purpose is no leak, but it would be taken for one."""
    draft.unlink()
    draft.parent.rmdir()


def on_a_small_disk(house, name, **how):
    disk = disks.Small(house, name.lower(), **how)
    someone = house.person(name, plain=True)
    disk.move_in(someone)
    return someone, disk


def write_until_full(pen):
    pen.open()
    while len(pen.saved) < 1000:
        text = f"kept while there was room, {len(pen.saved)}"
        pen.send(text)
        answered = pen.answer(text)
        if answered is not True:
            return answered
    raise AssertionError("the disk did not fill up")


def fill(folder):
    with open(folder / "filler", "ab", buffering=0) as filler:
        try:
            while filler.write(bytes(512)):
                pass
        except OSError as full:
            assert full.errno == errno.ENOSPC


@fact
def a_full_disk_is_told_with_where_the_text_is_and_is_over_once_there_is_room(house):
    ada, disk = on_a_small_disk(house, "Ada", size="384k")
    ada.start()
    ada.init()
    pen, pid = Pen(ada), ada.daemon.pid
    assert write_until_full(pen) == FULL
    text, drafts = "the words that came when there was no room", []
    house.secrets.text("words that came", "a text")
    for how in ({"arguments": ["write", "--", text]}, {"arguments": ["write"], "stdin": text.encode()}):
        refused = ada.refused("NOT_SAVED", *how["arguments"], stdin=how.get("stdin", b""))
        draft = draft_of(refused)
        assert FULL in refused.said and "what was saved before is safe" in refused.said, refused.said
        assert draft.read_text() == text and draft.stat().st_mode & 0o077 == 0
        drafts.append(draft)
    assert "cannot-write" in ada.warnings() and FULL in ada.duolog("status").text
    assert FULL in ada.duolog("doctor", expect=FAILED).text
    fill(ada.home)  # what the view has given back
    ada.refused("NOT_SAVED", "passphrase", "--new-passphrase-file", ada.passphrase_file("no room for this sentence"))
    assert texts(ada) == pen.saved and ada.daemon.pid == pid
    disk.becomes("size=2m")
    ada.duolog("write", stdin=drafts[0].read_bytes())
    for draft in drafts:
        forget(draft)
    assert texts(ada) == [*pen.saved, text] and "cannot-write" not in ada.warnings()
    ada.restart()
    assert texts(ada) == [*pen.saved, text]


@fact
def a_draft_that_was_saved_after_all_is_gone(house):
    ada, disk = on_a_small_disk(house, "Ada", size="384k")
    ada.start()
    ada.init()
    write_until_full(Pen(ada))
    refused = ada.refused("NOT_SAVED", "write", "--", "kept until there is room")
    draft = draft_of(refused)
    disk.becomes("size=2m")
    with draft.open("rb") as file:
        done = subprocess.run([str(house.programs / "duolog"), "write"], stdin=file, env=ada.environment, check=False)
    assert done.returncode == DONE and not draft.parent.exists()


@fact
def a_disk_that_fills_up_at_any_call_of_a_write_loses_nothing(house):
    """At every place: once, and for good; the daemon goes on by itself when there is room again."""
    ada, disk = faults.with_a_disk(house)
    pen = Pen(ada)
    for for_good in (False, True):
        nth = 1
        while True:
            pen.open()
            text, name = f"full at call {nth}, {for_good}", os.urandom(16)
            disk.fail(faults.WRITE | faults.OPEN | faults.TRUNCATE, nth, error=errno.ENOSPC, for_good=for_good)
            pen.send(text, name)
            answered = pen.answer(text)
            if not disk.heal():
                break
            if answered is not True:
                assert answered == FULL, answered
                assert texts(ada) == pen.saved, "told is what is certain"
                pen.send(text, name)
                assert pen.answer(text) is True
            nth += 1
        assert nth > 2, "a write writes more than once"
    same_once_each(texts(ada), pen.saved)
    ada.restart()
    same_once_each(texts(ada), pen.saved)


def set_up_again(ada, disk, more):
    """An init that has no room says so, and can be repeated as soon as there is; whether it had none."""
    try:
        ada.start()
    except AssertionError:
        said = (ada.folder / "duologd.said").read_text()
        assert str(ada.home) in said and "No space left" in said and "hint: " in said, said
        assert said.count("No space left") <= 2, f"said more than once: {said}"
        disk.becomes(more)
        ada.start()
        ada.init()
        return True
    first = ada.run("init", "--name", "Ada", "--yes", "--json")
    if first.code == FAILED:
        assert re.search("NOT_SAVED|FAILED", first.said) and first.out == b"", first.said
        assert "\\n" not in first.said and "U+000A" not in first.said, first.said
        assert ada.status()["initialised"] is False
        disk.becomes(more)
        ada.init()
    else:
        house_words = first.object["words"]
        ada.house.secrets.words(house_words)
        ada.learn_key()
        disk.becomes(more)
    ada.write("it works from the first day")
    ada.restart()
    assert ada.texts() == ["it works from the first day"]
    return first.code == FAILED


@fact
def setting_up_without_room_can_be_done_again_once_there_is(house):
    outcomes = []
    for kib in [*range(4, 404, faults.many(25, 8))]:  # the log, the vault, and the view beside them
        ada, disk = on_a_small_disk(house, f"Ada-{kib}k", size=f"{kib}k")
        outcomes.append(set_up_again(ada, disk, "size=4m"))
        ada.stop()
    assert outcomes.count(True) >= 5 and outcomes[-1] is False, outcomes


@fact
def setting_up_without_names_can_be_done_again_once_there_are(house):
    outcomes = []
    for names in range(2, 20):
        ada, disk = on_a_small_disk(house, f"Ada-{names}-names", size="4m", names=names)
        outcomes.append(set_up_again(ada, disk, "nr_inodes=100"))
        ada.stop()
    assert outcomes.count(True) >= 5 and outcomes[-1] is False, outcomes


@fact
def a_journal_is_read_and_the_next_word_kept_though_the_disk_was_full_at_the_start(house):
    ada, disk = on_a_small_disk(house, "Ada", size="384k")
    ada.start()
    ada.init()
    pen = Pen(ada)
    write_until_full(pen)
    ada.stop()
    with (disk.folder / "ballast").open("wb") as ballast:
        try:
            while True:
                os.write(ballast.fileno(), bytes(4096))
        except OSError as full:
            assert full.errno == errno.ENOSPC
    ada.start()
    assert texts(ada) == pen.saved
    forget(draft_of(ada.refused("NOT_SAVED", "write", "--", "no room for this one")))
    (disk.folder / "ballast").unlink()
    disk.becomes("size=1m")
    ada.write("room for this one")
    assert texts(ada) == [*pen.saved, "room for this one"]


@fact
def words_that_a_full_disk_cannot_take_get_the_room_of_the_view(house):
    ada, disk = on_a_small_disk(house, "Ada", size="16m")
    ada.start()
    ada.init()
    pen, pid, view = Pen(ada), ada.daemon.pid, ada.home / "view.db"
    pen.open()
    for n in range(300):
        pen.write(f"number {n}, {'the sea and the shore, ' * 40}")
    eventually("all of it is in the view", lambda: view.stat().st_size > 256 << 10)
    fill(ada.home)
    had = view.stat().st_size
    assert os.statvfs(ada.home).f_bavail == 0, "it is full"
    for n in range(20):
        pen.write(f"there was no room for number {n} but that of the view")
    assert not view.exists(), f"{had} bytes stay with the view"
    assert texts(ada) == pen.saved and "cannot-write" not in ada.warnings() and ada.daemon.pid == pid
    assert "number 299" in ada.duolog("search", "shore").text
    fill(ada.home)
    assert write_until_full(pen) == FULL, "in the end nothing is left to be given"
    assert texts(ada) == pen.saved
    (ada.home / "filler").unlink()
    pen.open()
    pen.write("there is room again")
    eventually("the view goes back to the disk by itself", lambda: view.exists() and view.stat().st_size > 256 << 10, 30)
    assert ada.daemon.pid == pid and texts(ada) == pen.saved
    assert "number 299" in ada.duolog("search", "shore").text
    ada.restart()
    assert texts(ada) == pen.saved
    eventually("there is a view again", lambda: view.exists() and texts(ada) == pen.saved)


@fact
def what_the_partner_sends_waits_there_while_the_disk_is_full(house):
    """No receipt is given, the daemon stays, one's own words are kept as long as they fit, and it goes on by itself."""
    disk = disks.Powered(house, "bo")
    bo, ada = house.person("Bo"), house.resident("Ada")
    disk.move_in(bo)
    bo.start()
    bo.init()
    house.pair(ada, bo)
    pen, pid = Pen(ada), bo.daemon.pid
    pen.open()
    pen.write("a letter that fits")
    eventually("it arrives", lambda: texts(bo) == pen.saved)
    # The second time the view gives its room to words, the third time until it has none left to give.
    for leave, until_refused in ((100 << 20, False), (0, False), (0, True)):
        disk.fill(leave)
        pen.write(f"a letter that waits, {leave}, {until_refused}")
        eventually("Bo is told", lambda: "receives-nothing" in bo.warnings() or "cannot-write" in bo.warnings())
        for number in range(1000 if until_refused else 1):
            own = bo.run("write", "--json", "--private", "--", f"Bo's own words {number}. " * 500)
            if own.code != DONE:
                break
        assert (own.code != DONE) is until_refused, own.said
        ada.run("sync")
        assert pen.saved[-1] not in delivered(ada) and pen.saved[-1] not in texts(bo)
        disk.free_again()
        eventually("it goes on by itself", lambda: delivered(ada) == pen.saved, 60)
        assert set(bo.warnings()) <= {"words-unconfirmed"}
    assert bo.daemon.pid == pid
    same_once_each([text for text in texts(bo) if "letter" in text], pen.saved)


@fact
def memory_without_room_for_a_draft_is_told_and_left_as_it_was(house):
    ada, disk = faults.with_a_disk(house)
    runtime = disks.Small(house, "runtime", size="8k")
    ada.environment["XDG_RUNTIME_DIR"] = str(runtime.folder)
    text = b"a text that is longer than the memory there is. " * 200
    house.secrets.text(text[:40], "a text")
    disk.fail(faults.WRITE, error=errno.ENOSPC, for_good=True)
    refused = ada.refused("NOT_SAVED", "write", stdin=text)
    assert "duolog write < /dev/shm/" in refused.said, "the other memory has room"
    assert draft_of(refused).read_bytes() == text
    forget(draft_of(refused))
    disks.root("mount", "-o", "remount,size=4k", "/dev/shm")
    refused = ada.refused("NOT_SAVED", "write", stdin=text)
    assert "could not be kept as a draft either" in refused.said
    assert disk.heal() > 0
    for memory in (runtime.folder, pathlib.Path("/dev/shm")):
        assert not list(memory.glob("duolog-draft-*")), "half a draft was left"
