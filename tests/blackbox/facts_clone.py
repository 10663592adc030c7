"""One device in two places: a machine that was copied whole, a backup that was restored twice; and both write."""
# SPDX-License-Identifier: GPL-3.0-or-later
import shutil

from facts_keep import backup_of, meet, passphrase_of, restore
from house import eventually, fact
from pen import same_once_each, texts


def a_machine_copied_whole(house, ada):
    """Its inodes and times of birth are those of the original, so that no start can tell it from it: as if it told none."""
    ada.stop()
    copy = house.person("Ada-copied")
    shutil.copytree(ada.home, copy.home, ignore=shutil.ignore_patterns("control.sock", "run", "lock", "origin"))
    copy.learn_key()
    for someone in (ada, copy):
        someone.start()
    return ada, copy


def a_backup_restored_twice(house, ada):
    """On two machines; the one it was made on is gone."""
    place, passphrase = backup_of(ada), passphrase_of(ada)
    ada.stop()
    copies = [house.person(name) for name in ("Ada-again", "Ada-once-more")]
    for copy in copies:
        restore(copy, place, passphrase, "--old-device-is-gone")
        meet(copy)
        eventually("it may be written in", lambda who=copy: "restored" not in who.warnings())
    return copies


def has_heard_of_the_fork(someone):
    someone.run("sync")  # they take the place of each other with the partner: dialled now
    return "fork" in someone.warnings()


def both_write_and_all_are_told(house, make):
    ada, bo = house.two()
    before = [f"page {page} of the book" for page in range(5)]
    for text in before:
        ada.write(text)
    eventually("Bo has all of it", lambda: texts(bo) == before)
    one, other = make(house, ada)
    own = {one: "words of the first of the two", other: "words of the second one"}
    with bo.held_still():  # neither hears through him of what the other writes
        for copy, text in own.items():
            copy.write(text)
    for someone in (one, other, bo):
        eventually(f"{someone.name} is told", lambda who=someone: has_heard_of_the_fork(who), 60)
        said = " ".join(someone.duolog("status").text.split())
        assert "two copies of it were used; all that is here can be read" in said, said
    for copy, text in own.items():
        assert {*before, text} <= set(texts(copy)), "what was said to be saved is here"
        refused = copy.refused("FROZEN", "write", "--", "a word that would go nowhere")
        assert "a copy of its journal was used elsewhere; all that is here can be read" in refused.said, refused.said
    held = texts(bo)
    same_once_each(held, before, list(own.values()))
    bo.write("what happened to your device?")
    for copy in own:  # who knows which of the two is hers
        copy.run("sync", "--wait", "--timeout", "2")
        assert "what happened to your device?" not in texts(copy), "new words are sealed for neither"
    for someone in (one, other, bo):
        someone.restart()
        assert "fork" in someone.warnings(), "it is known for good"
    assert texts(bo) == [*held, "what happened to your device?"], "nothing that he had read is gone, and he writes on"


@fact
def a_machine_that_was_copied_whole_is_found_out_when_both_write_and_all_three_are_told(house):
    both_write_and_all_are_told(house, a_machine_copied_whole)


@fact
def a_backup_that_was_restored_twice_is_found_out_when_both_write_and_all_three_are_told(house):
    both_write_and_all_are_told(house, a_backup_restored_twice)


@fact
def older_bytes_written_over_a_database_where_it_lies_are_found_out_when_the_two_meet(house):
    """No start can tell: the file is the same, its bytes are of yesterday. Whoever meets the partner before writing is brought
    what is newer; whoever writes first is found out, and nothing that either had is gone."""
    for writes_first in (False, True):
        number = "second" if writes_first else "first"
        ada, bo = (house.resident(f"{name}-{number}") for name in ("Ada", "Bo"))
        house.pair(ada, bo)
        ada.write(f"page 0 of the {number} book")
        ada.stop()
        database = ada.home / "duolog.db"
        yesterday = database.read_bytes()
        ada.start()
        ada.write(f"page 1 of the {number} book")
        both = [f"page {page} of the {number} book" for page in range(2)]
        eventually("Bo has both", lambda: texts(bo) == both)
        for someone in (ada, bo):
            someone.stop()
        with database.open("r+b") as file:
            file.write(yesterday)
            file.truncate()
        ada.start()
        assert texts(ada) == both[:1] and "restored" not in ada.warnings(), "else this is another fact"
        if writes_first:
            ada.write("a page that is not his page 1")
        bo.start()
        if not writes_first:
            meet(ada)
            eventually("what is newer has come back", lambda: texts(ada) == both)
            ada.write("and it goes on")
            eventually("Bo reads it", lambda: texts(bo) == [*both, "and it goes on"])
            continue
        for someone in (ada, bo):
            eventually(f"{someone.name} is told", lambda who=someone: has_heard_of_the_fork(who), 60)
        assert texts(bo) == both and texts(ada) == [both[0], "a page that is not his page 1"]
        ada.refused("FROZEN", "write", "--", "a word that would go nowhere")
