"""Backup and restore: a journal outlives its disk, and does not tear itself apart by coming back."""
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import random
import re
import shutil
import sqlite3
import struct
import subprocess

import disks
from facts_attachments import CHUNK, MARKER, chunks, file_of, saved_bytes
from facts_killed import was_killed
from faults import each_call
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


def meet(someone):
    """Dialled now, and not when patience with whoever was away is over."""
    eventually(f"{someone.name} is in step", lambda: someone.run("sync", "--wait", "--timeout", "2").code == DONE, 40)


def draft_of(refused):
    return pathlib.Path(re.search(r"duolog write < (/\S+/entry.txt)", refused.said)[1])


def forget(draft):
    """What is kept in memory on purpose is no leak, but it would be taken for one."""
    draft.unlink()
    draft.parent.rmdir()


def rot(someone, count):
    """Zeros in the place of words, as a disk does it; how many."""
    with sqlite3.connect(someone.home / "duolog.db") as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        rotten = database.execute("UPDATE record SET body = zeroblob(length(body)) WHERE rowid IN (SELECT rowid FROM record "
                                  "WHERE body IS NOT NULL ORDER BY length(body) DESC LIMIT ?)", (count,)).rowcount
    database.close()
    return rotten


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
    meet(again)
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
    told = ada.refused("RESTORED", "delete", ada.list()[0]["id"][:8], "--yes")
    assert "NOT taken back: this home was restored" in told.said and "NOT saved" not in told.said, told.said
    ada.restart()
    forget(draft_of(ada.refused("RESTORED", "write", "--", text)))  # a start alone changes nothing
    bo.start()
    meet(ada)
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
def what_the_disk_does_not_let_be_noted_of_a_meeting_is_noted_later(house):
    ada, bo = house.two()
    pen = Pen(ada)
    pen.open()
    pen.write("page 0 of the book")
    place = backup_of(ada)
    pen.write("page 1 of the book")
    eventually("Bo has all of it", lambda: texts(bo) == pen.saved)
    ada.kill()
    shutil.rmtree(ada.home)
    bo.stop()
    restore(ada, place, passphrase_of(ada))
    (ada.home / "restored.new").mkdir()  # in the way of the next mark
    bo.start()
    meet(ada)
    eventually("Bo brings what is newer", lambda: texts(ada) == pen.saved, 40)
    assert "restored:Bo" in ada.status()["warnings"]
    eventually("it was tried", lambda: "does not let that be noted" in (ada.home / "notes.log").read_text())
    (ada.home / "restored.new").rmdir()
    eventually("it may be written in", lambda: "restored:Bo" not in ada.status()["warnings"])
    ada.write("and it goes on")


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
    content = backup_of(ada).read_bytes()
    assert key not in content
    vault = content.index(b"DUOLOGV1")
    mode, ops, memory = struct.unpack_from("<BII", content, vault + 8)
    assert mode == 1 and ops >= 3 and memory >= 262144, "guessing costs no less than by default, whatever config.toml says"


@fact
def a_wrong_passphrase_or_a_damaged_backup_leaves_an_empty_home(house):
    ada = house.resident("Ada")
    for page in range(20):
        ada.write(f"page {page} of the book")
    place, passphrase = backup_of(ada), passphrase_of(ada)
    again = house.person("Ada-again")
    again.start()
    wrong = again.passphrase_file("the short way home in summer", "wrong")
    again.refused("BACKUP_PASSPHRASE", "restore", place, "--passphrase-file", wrong, "--yes")
    eventually("what was unpacked goes with its visitor", lambda: not files_in(again.home))
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


def bytes_of(home):
    return {file: file.read_bytes() for file in home.rglob("*") if file.is_file() and file.name not in ("notes.log", "lock")}


@fact
def where_a_home_is_or_was_a_restore_is_refused_and_touches_nothing(house):
    ada = house.resident("Ada")
    ada.write("a word for nobody")
    place, passphrase = backup_of(ada), passphrase_of(ada)
    other = house.person("Other")
    other.start()
    own = other.passphrase_file("a sentence that opens this journal")
    other.duolog("init", "--name", "Other", "--passphrase-file", own)
    other.write("words of another life")
    for state in ("open", "locked", "without its vault", "with its key and its files alone"):
        if state == "locked":
            other.lock()
        if state.startswith("with"):
            other.stop()
            lost = other.home / ("vault" if state == "without its vault" else "duolog.db")
            lost.rename(house.folder / lost.name)
            (other.home / "blobs").mkdir(exist_ok=True)
            other.start()
        before = bytes_of(other.home)
        told = other.refused("HOME_IN_USE", "restore", place, "--passphrase-file", passphrase, "--yes")
        assert "--home" in told.said and "nothing was changed" in told.said, told.said
        assert bytes_of(other.home) == before, state
    other.stop()
    for name in ("vault", "duolog.db"):
        (house.folder / name).rename(other.home / name)
    other.start()
    other.duolog("unlock", "--passphrase-file", own)
    assert texts(other) == ["words of another life"]


@fact
def files_go_into_a_backup_and_come_out_as_they_were(house):
    ada = house.resident("Ada")
    files = [file_of(house, f"picture-{size}.bin", size, size) for size in (1, CHUNK, 3 * CHUNK + 7)]
    entry = ada.write("by the lake", *(word for file in files for word in ("--attach", file)))["id"]
    place = ada.folder / "xdg" / "journal.backup"
    said = ada.duolog("backup", place, "--passphrase-file", passphrase_of(ada), "--json").object
    assert said["chunks"] == 6 and said["chunks_missing"] == 0, said
    assert MARKER not in place.read_bytes()
    ada.stop()
    again, _ = restored(house, "Ada-again", place, passphrase_of(ada))
    for number, file in enumerate(files, 1):
        assert saved_bytes(again, entry, number, house) == file.read_bytes()
    assert chunks(again).keys() == chunks(ada).keys()
    assert all((file.stat().st_mode & 0o077) == 0 for file in (again.home / "blobs").rglob("*"))


@fact
def a_backup_says_what_is_not_in_it(house):
    ada = house.resident("Ada")
    ada.write("by the lake", "--attach", file_of(house, "lake.bin", 3 * CHUNK))
    ada.write("a word " * 600)
    ada.stop()
    for file in sorted((ada.home / "blobs").glob("??/*"))[:2]:
        file.write_bytes(b"rot" + file.read_bytes()[3:])
    assert rot(ada, 1) == 1
    ada.start()
    place = ada.folder / "xdg" / "journal.backup"
    said = " ".join(ada.duolog("backup", place, "--passphrase-file", passphrase_of(ada)).text.split())
    assert "1 of them have no words here, neither in the backup: duolog doctor --repair" in said, said
    assert "not here, neither in the backup: 2 pieces of attachments" in said, said
    piped = ada.duolog("backup", "-", "--passphrase-file", passphrase_of(ada))
    assert piped.out.startswith(b"DUOLOGK1") and "1 of them have no words here" in piped.said, piped.said
    assert "2 pieces of attachments" in piped.said, piped.said


@fact
def a_journal_that_nobody_could_open_is_told_when_its_backup_is_restored(house):
    ada = house.resident("Ada")
    ada.write("a word for nobody")
    ada.stop()
    with sqlite3.connect(ada.home / "duolog.db") as database:
        row = database.execute("INSERT INTO journal (id) VALUES (?)", (bytes([0xab] * 32),)).lastrowid
        database.execute("INSERT INTO device (journal, id, key) VALUES (?, ?, ?)", (row, bytes([1] * 32), bytes([2] * 32)))
    database.close()
    ada.start()
    assert texts(ada) == ["a word for nobody"]
    place, passphrase = backup_of(ada), passphrase_of(ada)
    ada.stop()
    again, report = restored(house, "Ada-again", place, passphrase)
    assert any("does not know journal abababab" in each for each in report["damage"]), report
    assert texts(again) == ["a word for nobody"]


@fact
def no_two_homes_from_one_backup_ever_seal_with_one_nonce(house):
    """Both go on from one record. The same key seals there, so that one nonce for two texts would show both."""
    ada = house.resident("Ada")
    for page in range(20):
        ada.write(f"page {page} of the book")
    place, passphrase = backup_of(ada), passphrase_of(ada)
    ada.stop()
    sealed, branches = {}, []
    for name in ("Ada-again", "Ada-once-more"):
        again, _ = restored(house, name, place, passphrase, "--old-device-is-gone")
        for page in range(20):
            again.write(f"page {page} of what {name} writes")
        again.stop()
        with sqlite3.connect(again.home / "duolog.db") as database:
            rows = database.execute("SELECT place, body FROM record WHERE body IS NOT NULL").fetchall()
        database.close()
        branches.append({place: bytes(body) for place, body in rows})
        for body in branches[-1].values():
            assert sealed.setdefault(body[:24], body) == body, "a nonce was used twice"
    both = [place for place in branches[0] if branches[0][place] != branches[1].get(place, branches[0][place])]
    assert len(both) >= 20, "they did not write in the same places"


@fact
def no_kill_before_any_step_of_a_restore_leaves_half_a_home(house):
    ada = house.resident("Ada")
    file = file_of(house, "lake.bin", 2 * CHUNK)
    entry = ada.write("by the lake", "--attach", file)["id"]
    place, passphrase = backup_of(ada), passphrase_of(ada)
    ada.stop()
    again, found = house.person("Ada-again"), {"whole": 0, "none": 0}
    again.start()

    def moved_in(traced):
        with traced():
            again.run("restore", place, "--passphrase-file", passphrase, "--yes")
            if again.daemon.process.poll() is None:
                again.run("list")  # by then all is done that is done after the answer
        killed = was_killed(again)
        if killed:
            again.start()
        if again.status().get("initialised", False):
            found["whole"] += 1
            assert "restored" in again.warnings(), again.status()["warnings"]
        else:
            found["none"] += 1
            assert killed and not files_in(again.home), files_in(again.home)
            restore(again, place, passphrase)
        assert texts(again) == ["by the lake"] and not (again.home / ".duolog-restoring").exists()
        assert saved_bytes(again, entry, 1, house) == file.read_bytes()
        again.stop()
        shutil.rmtree(again.home)
        again.configure()
        again.start()
        return killed

    strokes = each_call(again, moved_in, quick=("rename", "renameat", "renameat2", "mkdir", "unlink", "unlinkat", "rmdir"))
    assert strokes >= 15 and found["whole"] >= 2 and found["none"] >= 10, (strokes, found)


@fact
def a_restore_that_was_stopped_while_it_moved_in_is_done_again(house):
    ada = house.resident("Ada")
    ada.write("a word for nobody")
    place, passphrase = backup_of(ada), passphrase_of(ada)
    again, _ = restored(house, "Ada-again", place, passphrase)
    again.stop()
    (again.home / ".duolog-restoring").mkdir(mode=0o700)  # as a kill leaves it before the last step
    (again.home / ".duolog-restoring" / "moving").touch(mode=0o600)
    (again.home / "vault").rename(again.home / ".duolog-restoring" / "new.vault")
    blocks = house.folder / "blocks"
    blocks.hardlink_to(again.key_file())
    again.start()
    assert not any(blocks.read_bytes()), "what opens old copies of the vault is left on the disk"
    assert again.status().get("initialised", False) is False
    assert files_in(again.home) <= {"view.db", "view.clean", "origin"}, files_in(again.home)
    restore(again, place, passphrase)
    assert texts(again) == ["a word for nobody"] and not (again.home / ".duolog-restoring").exists()
    again.stop()
    (again.home / "vault").unlink()  # lost, and not by a restore: what is there is never put away
    again.start()
    again.refused("HOME_IN_USE", "restore", place, "--passphrase-file", passphrase, "--yes")
    assert (again.home / "duolog.db").exists()


@fact
def what_a_person_keeps_beside_the_home_is_never_cleared_away(house):
    """A copy of the database, made before somebody touches a damaged one, has no name that we may call ours."""
    ada = house.resident("Ada")
    ada.write("a word for nobody")
    ada.stop()
    kept = [ada.home / name for name in ("duolog.db.backup", "duolog.db.backup.1", "duolog.db.backup-2026-11-30",
                                         "duolog.db.backup.1-wal", ".duolog-copying-", ".duolog-copying-1.old")]
    for file in kept:
        shutil.copyfile(ada.home / "duolog.db", file)
    (ada.home / "restoring").mkdir()
    kept.append(ada.home / "restoring" / "notes")
    kept[-1].write_text("where I looked")
    ours = [ada.home / name for name in (".duolog-copying-1", ".duolog-copying-1-wal", ".duolog-copying-12-journal")]
    for file in ours:
        file.write_bytes(b"as a kill leaves it")
    before = {file: file.read_bytes() for file in kept}
    ada.start()
    assert not any(file.exists() for file in ours)
    place = backup_of(ada)
    ada.restart()
    assert {file: file.read_bytes() for file in kept if file.exists()} == before
    assert not [name for name in files_in(ada.home) if "-copying-" in name and ada.home / name not in kept]
    unfinished = place.with_name(place.name + ".unfinished")
    unfinished.write_text("what I still want to back up")
    told = ada.refused("BACKUP_FILE", "backup", place, "--passphrase-file", passphrase_of(ada), "--yes")
    assert "unfinished is there already" in told.said and unfinished.read_text() == "what I still want to back up"
    unfinished.write_bytes(b"DUOLOGK1 and no more, as a kill leaves it")
    ada.duolog("backup", place, "--passphrase-file", passphrase_of(ada), "--yes")
    assert not unfinished.exists()


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
    assert not place.exists() and not [name for name in files_in(ada.home) if "copying" in name]
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
        meet(ada)
    assert outcomes["works"] > 0, outcomes
    ada.stop()
    copy.start()
    meet(copy)
    eventually("the copy is brought what is newer", lambda: texts(copy) == pen.saved, 40)
    eventually("it may be written in", lambda: "restored:Bo" not in copy.status()["warnings"])
    copy.write("the copy goes on")
    eventually("Bo reads it", lambda: texts(bo) == [*pen.saved, "the copy goes on"], 40)


@fact
def an_older_copy_that_is_put_back_in_its_own_place_writes_nothing_before_it_has_met_the_partner(house):
    """The disk gives its files the inodes that were freed a moment ago, as often as not."""
    ada, bo = house.two()
    if not (ada.home / "origin").exists() or len((ada.home / "origin").read_text().split()) < 2:
        raise Skipped("this disk does not tell when a file was born")
    pen = Pen(ada)
    pen.open()
    pen.write("page 0 of the book")
    ada.stop()
    kept = house.folder / "kept"
    ignored = shutil.ignore_patterns("control.sock", "run", "lock")
    shutil.copytree(ada.home, kept, ignore=ignored)
    ada.start()
    pen.open()
    pen.write("page 1 of the book")
    eventually("Bo has all of it", lambda: texts(bo) == pen.saved)
    ada.stop()
    bo.stop()
    shutil.rmtree(ada.home)
    shutil.copytree(kept, ada.home, ignore=ignored)
    ada.start()
    assert ada.warnings().count("restored") == 2, ada.status()["warnings"]
    forget(draft_of(ada.refused("RESTORED", "write", "--", "this would fork the log")))
    bo.start()
    meet(ada)
    eventually("it may be written in", lambda: "restored:Bo" not in ada.status()["warnings"])
    ada.write("and it goes on")
    eventually("Bo reads it", lambda: texts(bo) == [*pen.saved, "and it goes on"], 40)


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
