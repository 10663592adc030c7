"""What is changed, taken back, shared or sent with a file: killed in the middle it is done whole, or not at all."""
# SPDX-License-Identifier: GPL-3.0-or-later
import errno
import shutil

import faults
from facts_attachments import CHUNK, chunks, file_of, saved_bytes
from facts_drafts import MEMORY
from facts_killed import was_killed
from faults import each_call, many
from house import eventually, fact
from person import DONE, FAILED

# By day before these alone: what goes to the disk, what makes it durable, and what gives a piece of a file its name.
DURABLE = ("pwrite64", "fdatasync", "fsync", "rename")


def struck(person, traced, *command):
    """Runs the command while its daemon is looked at: (whether the daemon was killed, whether the command was done)."""
    with traced():
        done = person.run(*command, "--json")
        if person.run("list", "-n", "1").code != DONE:  # by then all is done that is done after the answer
            person.daemon.process.wait(10)
    killed = was_killed(person)
    if killed:
        person.start()
    return killed, done.code == DONE


def forget_drafts():
    """What an edit came to that was not said to be saved is kept in memory on purpose; it would be taken for a leak."""
    for draft in MEMORY.glob("duolog-edit-*"):
        assert (draft / "entry.txt").read_text().strip() == "as it was changed"
        shutil.rmtree(draft)


def shown(person, entry):
    return person.duolog("show", entry, "--json").object


@fact
def no_kill_in_the_middle_of_an_edit_or_of_taking_back_does_half_of_it(house):
    ada = house.resident("Ada")
    house.secrets.text("as it was changed", "an edit")

    def edit(traced):
        entry = ada.write("as it was at first")["id"]
        killed, done = struck(ada, traced, "edit", entry, "as it was changed")
        text = shown(ada, entry)["text"]
        assert text == "as it was changed" if done else text in ("as it was at first", "as it was changed"), (done, text)
        forget_drafts()
        ada.duolog("edit", entry, "as it was changed")
        assert shown(ada, entry)["text"] == "as it was changed" and not shown(ada, entry)["versions"]
        return killed

    def take_back(traced):
        entry = ada.write("said in anger")["id"]
        killed, done = struck(ada, traced, "delete", entry, "--yes")
        item = shown(ada, entry)
        assert item["kind"] == "taken back" if done else item["text"] in ("", "said in anger"), (done, item)
        assert (item["kind"] == "taken back") is (item["text"] == ""), "half of it is taken back"
        if item["text"]:
            ada.duolog("delete", entry, "--yes")
        return killed

    assert each_call(ada, edit, quick=DURABLE) >= many(4, 40)
    assert each_call(ada, take_back, quick=("fdatasync", "fsync", "ftruncate")) >= many(3, 40)  # it writes much anew
    ada.duolog("doctor")


@fact
def no_kill_in_the_middle_of_sending_a_file_leaves_an_entry_without_it(house):
    ada = house.resident("Ada")
    file = file_of(house, "lake.jpg", CHUNK + 1)

    def attach(traced):
        before = len(ada.list())
        killed, done = struck(ada, traced, "write", "--attach", file, "--", "with the lake")
        entries = ada.list()
        assert len(entries) - before == 1 if done else len(entries) - before in (0, 1), (done, len(entries), before)
        for entry in entries[before:]:
            assert saved_bytes(ada, entry["id"], 1, house) == file.read_bytes()
        eventually("what no entry names is gone", lambda: len(chunks(ada)) == 2 * len(entries))
        return killed

    assert each_call(ada, attach, quick=DURABLE) >= many(10, 60)
    ada.duolog("doctor")


@fact
def no_kill_in_the_middle_of_sharing_shares_half_or_twice(house):
    ada, bo = house.two()
    count = 0

    def share(traced):
        nonlocal count
        count += 1
        text = f"only for me at first, {count}"
        entry = ada.write(text, "--private")["id"]
        killed, done = struck(ada, traced, "share", entry, "--yes")
        if not done and "shared" not in [item["visibility"] for item in ada.list() if item["text"] == text]:
            ada.duolog("share", entry, "--yes")
        eventually("Bo has it", lambda: text in bo.texts(), 40)
        assert bo.texts().count(text) == 1
        return killed

    assert each_call(ada, share, quick=DURABLE) >= many(4, 40)


@fact
def after_a_failed_sync_neither_a_change_nor_a_taking_back_is_said_to_be_done(house):
    for command in (["edit", "{}", "as it was changed"], ["delete", "{}", "--yes"]):
        ada, disk = faults.with_a_disk(house, f"Ada-{command[0]}s")
        house.secrets.text("as it was changed", "an edit")
        entry = ada.write("as it was at first")["id"]
        disk.fail(faults.SYNC, error=errno.EIO)
        refused = ada.refused("NOT_SAVED", *(word.format(entry) for word in command), expect=FAILED)
        assert disk.heal() == 1 and "what was saved before is safe" in refused.said, refused.said
        ada.refused("NOT_SAVED", *(word.format(entry) for word in command))  # an error of a sync is told once by the disk
        assert shown(ada, entry)["text"] == "as it was at first", "what is certain can still be read"
        forget_drafts()
        ada.restart()
        left = shown(ada, entry)  # it may have reached the disk all the same
        assert left["text"] == "as it was at first" or left["version_count"] == 2 or left["kind"] == "taken back", left
        ada.write("and after a restart it goes on")
        ada.stop()
