"""Backup, restore, repair: a journal outlives its disk, and does not tear itself apart by coming back."""
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import random
import re
import shutil
import sqlite3
import subprocess

import disks
from house import Skipped, eventually, fact
from pen import Pen, same_once_each, texts
from person import DONE, FAILED

SEED = 20261129


def passphrase_of(someone):
    return someone.passphrase_file("the long way home in winter", "backup")


def backup_of(someone, name="journal.backup"):
    """Where it is looked through for words in clear like everything else of this person."""
    place = someone.folder / "xdg" / name
    someone.duolog("backup", place, "--passphrase-file", passphrase_of(someone))
    return place


def restore(someone, place, passphrase, *options):
    if not someone.daemon:
        someone.start()
    report = someone.duolog("restore", place, "--passphrase-file", passphrase, "--yes", "--json", *options).object
    someone.learn_key()
    return report


def restored(house, name, place, passphrase, *options):
    someone = house.person(name)
    return someone, restore(someone, place, passphrase, *options)


def draft_of(refused):
    return pathlib.Path(re.search(r"duolog write < (/\S+/entry.txt)", refused.said)[1])


def forget(draft):
    """What is kept in memory on purpose is no leak, but it would be taken for one."""
    draft.unlink()
    draft.parent.rmdir()


def files_in(home):
    return {file.name for file in home.iterdir()} - {"lock", "run", "notes.log", "config.toml"}


@fact
def a_backup_made_while_writing_goes_on_is_a_whole_home_in_an_empty_one(house):
    ada, bo = house.two()
    pen = Pen(ada)
    pen.open()
    for page in range(200):
        pen.write(f"page {page} of the book " + "word " * 50)
    before, place = len(pen.saved), ada.folder / "xdg" / "journal.backup"
    command = [str(house.programs / "duolog"), "backup", str(place), "--passphrase-file", passphrase_of(ada)]
    with subprocess.Popen(command, env=ada.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as making:
        while making.poll() is None:
            pen.write(f"page {len(pen.saved)}, written meanwhile")
        assert making.returncode == DONE, making.stderr.read()
        said = making.stdout.read()
        assert b"read again to its end" in b" ".join(said.split()), said
    assert len(pen.saved) > before, "nothing was written meanwhile"
    assert place.stat().st_mode & 0o077 == 0 and not place.with_suffix(".backup.unfinished").exists()
    eventually("Bo has all of it", lambda: texts(bo) == pen.saved)
    ada.stop()
    bo.stop()
    again, report = restored(house, "Ada-again", place, passphrase_of(ada))
    found = texts(again)
    assert found == pen.saved[:len(found)] and len(found) >= before, f"{len(found)} of {len(pen.saved)}"
    assert report["name"] == "Ada" and sorted(report["waits_for"]) == ["", "Bo"], report
    bo.start()
    eventually("Bo brings what is newer", lambda: texts(again) == pen.saved, 40)
    eventually("it may be written in", lambda: not any(each == "restored:Bo" for each in again.status()["warnings"]))
    again.write("and it goes on")
    eventually("Bo reads it", lambda: texts(bo) == [*pen.saved, "and it goes on"], 40)


@fact
def an_older_backup_writes_nothing_before_the_partner_has_brought_what_is_newer(house):
    ada, bo = house.two()
    pen = Pen(ada)
    pen.open()
    for page in range(5):
        pen.write(f"page {page} of the book")
    ada.write("a word for nobody", "--private")
    place = backup_of(ada)
    for page in range(5):
        pen.write(f"page {page} of the sequel")
    eventually("Bo has all of it", lambda: texts(bo) == pen.saved)
    passphrase = passphrase_of(ada)
    ada.kill()
    shutil.rmtree(ada.home)
    bo.stop()
    restore(ada, place, passphrase)
    assert texts(ada) == [*pen.saved[:5], "a word for nobody"]
    assert ada.warnings().count("restored") == 2 and "restored" in ada.duolog("doctor").said
    text = "this would fork the log"
    house.secrets.text(text, "a text")
    for how in ({"arguments": ["write", "--", text]}, {"arguments": ["write"], "stdin": text.encode()},
                {"arguments": ["write", "--private", "--", text]}):
        refused = ada.refused("RESTORED", *how["arguments"], stdin=how.get("stdin", b""))
        assert draft_of(refused).read_text() == text and "all that is here can be read" in refused.said
        forget(draft_of(refused))
    ada.restart()
    forget(draft_of(ada.refused("RESTORED", "write", "--", text)))  # a start alone changes nothing
    bo.start()
    eventually("Bo brings what is newer", lambda: [each for each in texts(ada) if "page" in each] == pen.saved, 40)
    eventually("it may be written in", lambda: "restored:Bo" not in ada.status()["warnings"])
    ada.write("and it goes on")
    eventually("Bo reads it", lambda: texts(bo) == [*pen.saved, "and it goes on"], 40)
    forget(draft_of(ada.refused("RESTORED", "write", "--private", "--", text)))
    ada.duolog("restore", "--old-device-is-gone")
    ada.write("another word for nobody", "--private")
    ada.restart()
    assert "restored" not in ada.warnings() and not (ada.home / "restored").exists()
    ada.write("a last one")
    shared = [*pen.saved, "and it goes on", "a last one"]
    eventually("Bo reads the last one", lambda: texts(bo) == shared, 40)
    same_once_each([each for each in texts(ada) if each in shared], shared)
    for someone in (ada, bo):
        assert "fork" not in someone.warnings(), someone.status()["warnings"]


@fact
def whoever_says_that_the_old_device_is_gone_writes_in_the_notebook_at_once(house):
    ada = house.resident("Ada")
    ada.write("a word for nobody")
    place, passphrase = backup_of(ada), passphrase_of(ada)
    ada.stop()
    again, report = restored(house, "Ada-again", place, passphrase, "--old-device-is-gone")
    assert not report["waits_for"] and "restored" not in again.warnings()
    again.write("another one")
    assert texts(again) == ["a word for nobody", "another one"]


@fact
def a_passphrase_home_is_backed_up_under_its_own_passphrase_without_a_question(house):
    ada = house.person("Ada")
    ada.start()
    own = ada.passphrase_file("a sentence that opens this journal")
    ada.duolog("init", "--name", "Ada", "--passphrase-file", own)
    ada.write("a word for nobody")
    place = ada.folder / "xdg" / "journal.backup"
    ada.duolog("backup", place)
    ada.stop()
    new = ada.passphrase_file("another sentence", "new")
    again, report = restored(house, "Ada-again", place, own, "--new-passphrase-file", new)
    assert report["locked_by"] == "passphrase" and not again.key_file().exists()
    again.lock()
    again.refused("WRONG_PASSPHRASE", "unlock", "--passphrase-file", own)
    again.duolog("unlock", "--passphrase-file", new)
    assert texts(again) == ["a word for nobody"]


@fact
def a_key_file_home_is_never_backed_up_without_a_passphrase(house):
    ada = house.resident("Ada")
    place = ada.folder / "xdg" / "journal.backup"
    refused = ada.run("backup", place)
    assert refused.code != DONE and "--passphrase-file" in refused.said and not place.exists()
    key = ada.key_file().read_bytes()
    assert key not in backup_of(ada).read_bytes()


@fact
def a_wrong_passphrase_or_a_damaged_backup_leaves_an_empty_home(house):
    ada = house.resident("Ada")
    for page in range(20):
        ada.write(f"page {page} of the book")
    place, passphrase = backup_of(ada), passphrase_of(ada)
    told = ada.refused("HOME_IN_USE", "restore", place, "--passphrase-file", passphrase, "--yes")
    assert "--home" in told.said and texts(ada), "the home that was there is still there"
    again = house.person("Ada-again")
    again.start()
    wrong = again.passphrase_file("the short way home in summer", "wrong")
    again.refused("BACKUP_PASSPHRASE", "restore", place, "--passphrase-file", wrong, "--yes")
    assert not files_in(again.home), files_in(again.home)
    whole, chance = place.read_bytes(), random.Random(SEED)
    damaged = [whole[:length] for length in (0, 3, 8, len(whole) // 2, len(whole) - 1)] + [whole + b"x", b"a letter"]
    for _ in range(20):
        at = chance.randrange(len(whole))
        damaged.append(whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1:])
    for content in damaged:
        place.write_bytes(content)
        again.refused("NOT_A_BACKUP", "restore", place, "--passphrase-file", passphrase, "--yes")
        assert not files_in(again.home), files_in(again.home)
    place.write_bytes(whole)
    restore(again, place, passphrase)
    assert texts(again) == texts(ada)


@fact
def a_restore_that_was_stopped_while_it_moved_in_is_done_again(house):
    ada = house.resident("Ada")
    ada.write("a word for nobody")
    place, passphrase = backup_of(ada), passphrase_of(ada)
    again, _ = restored(house, "Ada-again", place, passphrase)
    again.stop()
    (again.home / "restoring").mkdir(mode=0o700)  # as a kill leaves it before the last step
    (again.home / "vault").rename(again.home / "restoring" / "new.vault")
    again.start()
    assert again.status().get("initialised", False) is False
    restore(again, place, passphrase)
    assert texts(again) == ["a word for nobody"] and not (again.home / "restoring").exists()
    again.stop()
    (again.home / "vault").unlink()  # lost, and not by a restore: what is there is never put away
    again.start()
    again.refused("HOME_IN_USE", "restore", place, "--passphrase-file", passphrase, "--yes")
    assert (again.home / "duolog.db").exists()


@fact
def a_backup_without_room_leaves_nothing_that_looks_whole(house):
    ada = house.resident("Ada")
    pen = Pen(ada)
    pen.open()
    for page in range(60):
        pen.write(f"page {page} of the book " + "word " * 400)
    stick = disks.Small(house, "stick", size="64k")
    place = stick.folder / "journal.backup"
    refused = ada.refused("BACKUP_FILE", "backup", place, "--passphrase-file", passphrase_of(ada))
    assert "No space left" in refused.said and not list(stick.folder.iterdir())
    stick.becomes("size=8m")
    ada.duolog("backup", place, "--passphrase-file", passphrase_of(ada))
    before = place.read_bytes()
    told = ada.refused("BACKUP_FILE", "backup", place, "--passphrase-file", passphrase_of(ada))
    assert "there already" in told.said and place.read_bytes() == before
    ada.duolog("backup", place, "--passphrase-file", passphrase_of(ada), "--yes")
    assert place.read_bytes() != before
    same_once_each(texts(ada), pen.saved)


@fact
def a_full_disk_of_the_home_itself_makes_no_backup_and_harms_nothing(house):
    disk = disks.Small(house, "ada", size="4m")
    ada = house.person("Ada")
    disk.move_in(ada)
    ada.start()
    ada.init()
    pen = Pen(ada)
    pen.open()
    for page in range(20):
        pen.write(f"page {page} of the book " + "word " * 2000)
    room = shutil.disk_usage(disk.folder).free
    (disk.folder / "ballast").write_bytes(bytes(max(0, room - (64 << 10))))
    place = ada.folder / "xdg" / "journal.backup"
    ada.refused("NOT_SAVED", "backup", place, "--passphrase-file", passphrase_of(ada))
    assert not place.exists() and not [name for name in files_in(ada.home) if "backup" in name]
    (disk.folder / "ballast").unlink()
    ada.write("room for this one")
    assert texts(ada) == [*pen.saved, "room for this one"]


@fact
def a_raw_copy_of_a_live_home_is_refused_or_writes_nothing_before_it_has_met_the_partner(house):
    ada, bo = house.two()
    if not (ada.home / "origin").exists():
        raise Skipped("the inodes of this disk come and go: a copy cannot be told from its original")
    pen = Pen(ada)
    pen.open()
    outcomes = {"works": 0, "refused": 0}
    for turn in range(3):
        for page in range(10):
            pen.write(f"page {page} of book {turn}")
        copy = house.person(f"Copy-{turn}")
        shutil.copytree(ada.home, copy.home, ignore=shutil.ignore_patterns("control.sock", "run", "lock"))
        for page in range(5):
            pen.write(f"page {page} of sequel {turn}")
        eventually("Bo has all of it", lambda: texts(bo) == pen.saved)
        ada.stop()
        bo.stop()
        if copy.starts():
            found = texts(copy)
            assert found == pen.saved[:len(found)], found
            text = f"this would fork the log {turn}"
            refused = copy.run("write", "--json", "--", text)
            assert refused.code == FAILED and ("RESTORED" in refused.said or "NOT_SAVED" in refused.said), refused.said
            forget(draft_of(refused))
            outcomes["works"] += 1
            copy.stop()
        else:
            outcomes["refused"] += 1
        ada.start()
        bo.start()
        pen.open()
        house.pair_is_up(ada, bo)
    assert outcomes["works"] > 0, outcomes
    ada.stop()
    copy.start()
    eventually("the copy is brought what is newer", lambda: texts(copy) == pen.saved, 40)
    eventually("it may be written in", lambda: "restored:Bo" not in copy.status()["warnings"])
    copy.write("the copy goes on")
    eventually("Bo reads it", lambda: texts(bo) == [*pen.saved, "the copy goes on"], 40)


def rot(someone, count):
    """Zeros in the place of words, as a disk does it; how many."""
    with sqlite3.connect(someone.home / "duolog.db") as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        rotten = database.execute("UPDATE record SET body = zeroblob(length(body)) WHERE rowid IN (SELECT rowid FROM record "
                                  "WHERE body IS NOT NULL ORDER BY length(body) DESC LIMIT ?)", (count,)).rowcount
    database.close()
    return rotten


@fact
def what_is_rotten_comes_back_from_the_partner(house):
    ada, bo = house.two()
    pen = Pen(ada)
    pen.open()
    for page in range(30):
        pen.write(f"page {page} of the book " + "word " * 800)  # longer than anything else in the log
    eventually("Bo has all of it", lambda: texts(bo) == pen.saved)
    assert "all of them are whole" in ada.duolog("doctor", "--repair").text
    ada.stop()
    bo.stop()
    assert rot(ada, 7) == 7
    ada.start()
    alone = ada.duolog("doctor", "--repair", "--timeout", "1", "--json", expect=FAILED).object
    assert int(alone["missing"]) == 7 and int(alone["wanted"]) == 7, alone
    said = ada.duolog("doctor", "--repair", "--timeout", "1", expect=FAILED).text
    assert "7 are still without their words" in said and "nobody who has them is connected" in said, said
    bo.start()
    ada.duolog("doctor", "--repair", "--timeout", "40")
    assert texts(ada) == pen.saved
    assert "all of them are whole" in ada.duolog("doctor", "--repair").text


@fact
def a_new_home_of_the_same_name_takes_nothing_from_whoever_has_the_old_journal(house):
    ada, bo = house.two()
    ada.write("a word for Bo")
    eventually("Bo has it", lambda: texts(bo) == ["a word for Bo"])
    bo.kill()
    shutil.rmtree(bo.home)
    bo.start()
    bo.init()
    house.pair(ada, bo, "--name", "again")
    ada.write("another word for Bo", "-j", "again")
    eventually("Bo has the new one", lambda: texts(bo) == ["another word for Bo"])
    assert texts(ada) == ["a word for Bo", "another word for Bo"]
