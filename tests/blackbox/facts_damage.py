"""Files that are damaged, missing, empty, another's, or a newer version's: named, never written over, the rest is read."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import random
import shutil
import sqlite3

import control
from house import eventually, fact
from pen import Pen, texts
from person import FAILED

SEED = 20261122
BLOCK = 1024
FILES = ("duolog.db", "duolog.db-wal", "vault", "key", "config.toml")


def doctor_finds_nothing(person):
    with control.Control(person) as door:
        replies = door.ask(control.request(control.DOCTOR))
    report = dict(control.fields(replies[-1]))[19]
    return not [each for number, each in control.fields(report) if b"problem" in dict(control.fields(each)).values()]


class Original:
    """A home as a kill left it: much of it folded into the database, the rest in its log."""

    def __init__(self, house):
        self.house = house
        self.person = house.resident("Ada")
        pen = Pen(self.person)
        pen.open()
        for page in range(12):
            pen.write(f"page {page} of the book " + "word " * 100)
        self.folded = list(pen.saved)
        self.person.restart()
        pen.open()
        for page in range(6):
            pen.write(f"page {page} of the sequel")
        self.saved = pen.saved
        self.person.kill()
        (self.person.home / "config.toml").write_text('# the comment is long enough\nnotes_level = "info"\n')
        self.place = house.folder / "original"
        shutil.copytree(self.person.home, self.place, ignore=shutil.ignore_patterns("control.sock"))

    def put_back(self):
        for file in self.person.home.iterdir():
            if file.is_file():
                file.unlink()
        for name in FILES:
            shutil.copyfile(self.place / name, self.person.home / name)
            (self.person.home / name).chmod(0o600)
        return self.person


@fact
def a_damaged_block_of_any_file_is_told_and_the_rest_is_read(house):
    """Every 1-KiB block, with noise and with zeros: whole, or told; what is listed was written; nothing crashes."""
    original, chance = Original(house), random.Random(SEED)
    outcomes = {name: {"whole": 0, "partly": 0, "refused": 0} for name in FILES}
    for name in FILES:
        content = (original.place / name).read_bytes()
        for at in range(0, len(content), BLOCK):
            ada = original.put_back()
            length = min(BLOCK, len(content) - at)
            block = chance.randbytes(length) if (at // BLOCK) % 2 else bytes(length)
            (ada.home / name).write_bytes(content[:at] + block + content[at + length:])
            if not ada.starts():
                said = (ada.folder / "duologd.said").read_text()
                assert str(ada.home / name.removesuffix("-wal")) in said, f"{name} at {at}: {said}"
                outcomes[name]["refused"] += 1
                continue
            found = texts(ada)
            strangers = [text for text in found if text not in original.saved]
            assert not strangers, f"{name} at {at}: nobody wrote {strangers}"
            if found == original.saved:
                outcomes[name]["whole"] += 1
            else:
                # The end of a log, two transactions at most, cannot be told from what a power cut leaves.
                end = name == "duolog.db-wal" and original.saved[:-2] == found[:len(original.saved) - 2]
                told = not doctor_finds_nothing(ada) or "damaged" in ada.warnings()
                assert told or end, f"{name} at {at}: {len(original.saved) - len(found)} lost, and nothing said so"
                outcomes[name]["partly"] += 1
            ada.kill()
    print(outcomes)
    assert outcomes["duolog.db"]["partly"] > 0 and outcomes["duolog.db-wal"]["partly"] > 0, outcomes
    assert outcomes["vault"]["refused"] == outcomes["key"]["refused"] == 1, outcomes
    ada = original.put_back()
    ada.start()
    assert texts(ada) == original.saved, "the original opens"


@fact
def the_rest_of_a_damaged_log_is_never_written_over_and_the_partner_brings_the_lost_part_back(house):
    ada, bo = house.two()
    ada.restart()  # what pairing brought is folded
    pen = Pen(ada)
    pen.open()
    pen.book(12, bo)
    ada.kill()
    log = ada.home / "duolog.db-wal"
    content = bytearray(log.read_bytes())
    middle = len(content) // 2
    content[middle:middle + BLOCK] = bytes(byte ^ 0xff for byte in content[middle:middle + BLOCK])
    log.write_bytes(content)
    ada.start()
    found = texts(ada)
    assert found == pen.saved[:len(found)] and 0 < len(found) < len(pen.saved), found
    refused = ada.refused("NOT_SAVED", "write", "--", "this would fork the chain")
    assert str(log) in refused.said and "is damaged" in refused.said and "duolog.db-wal.lost" in refused.said
    assert "cannot-write" in ada.warnings() and str(log) in ada.duolog("doctor", expect=FAILED).said
    ada.stop()
    assert log.read_bytes() == content, "what may still be rescued was touched"
    log.rename(ada.home / "duolog.db-wal.lost")  # as the hint says
    ada.start()
    eventually("the partner brings back what was lost", lambda: texts(ada) == pen.saved, 40)
    ada.write("and it goes on")
    eventually("Bo reads it", lambda: texts(bo) == [*pen.saved, "and it goes on"], 40)


def bodies(person):
    """Of all records, as they lie on the disk. REQUIRES: the daemon is stopped."""
    with contextlib.closing(sqlite3.connect(person.home / "duolog.db")) as database:
        return dict(database.execute("SELECT place, body FROM record"))


def rot(person, place):
    """One bit of a body, in the middle of the file; everything SQLite looks at stays sound."""
    body = bytearray(bodies(person)[place])
    content = bytearray((person.home / "duolog.db").read_bytes())
    at = content.index(bytes(body[:200]))
    content[at + 100] ^= 1
    (person.home / "duolog.db").write_bytes(content)
    assert bodies(person)[place] != bytes(body), "nothing has rotted"


@fact
def a_rotten_record_is_told_and_comes_back_from_the_partner(house):
    ada, bo = house.two()
    for page in range(6):
        ada.write(f"page {page} of the book" + " goes on and on" * (2000 if page == 3 else 1))
    eventually("Bo has all of it", lambda: len(bo.texts()) == 6)
    wanted = bo.texts()
    ada.stop()
    bo.stop()
    sound = bodies(bo)
    for file in bo.home.glob("view.*"):  # what is folded already is not read from the log again
        file.unlink()
    rot(bo, max(sound, key=lambda place: len(sound[place] or b"")))  # the long page
    bo.start()
    found = bo.texts()
    assert found == ["" if text.startswith("page 3") else text for text in wanted], [text[:30] for text in found]
    told = bo.duolog("doctor", expect=FAILED).text
    told = " ".join(told.split())
    assert "its body is damaged, and asked for again" in told and "the rest can be read" in told, told
    assert "look at the disk" in told and "comes back when the two of you are connected" in told, told
    ada.start()
    eventually("it has come back", lambda: bo.texts() == wanted, 40)
    assert "damaged" not in bo.duolog("doctor").text and "damaged" not in bo.warnings()
    bo.stop()
    assert bodies(bo) == sound, "bit for bit"
    bo.start()
    assert bo.texts() == wanted
    assert "damaged" not in bo.duolog("doctor").text


def another_home(house):
    """Somebody else's files, of the same kind."""
    eve = house.resident("Eve")
    eve.write("words of somebody else")
    eve.stop()
    return eve.home


def an_empty_database(folder):
    """What `touch` and a curious sqlite3 leave."""
    place = folder / "empty.db"
    sqlite3.connect(place).executescript("CREATE TABLE t (x); DROP TABLE t;")
    return place.read_bytes()


def a_database_without_records(house):
    """A duolog database that nobody ever wrote into."""
    nobody = house.person("Nobody")
    nobody.start()
    with control.Control(nobody) as door:
        door.ask(control.request(control.INIT, control.field(1, "a name that is too long" * 100)))
    nobody.stop()
    return (nobody.home / "duolog.db").read_bytes()


def refused_by_name(person, name, decoy):
    assert not person.starts(), f"{name} as {decoy} was accepted"
    said = (person.folder / "duologd.said").read_text()
    assert str(person.home / name) in said, f"{name} is not named: {said}"


def what_is_no_ordinary_file_or_far_too_long_is_refused(original):
    for name in ("duolog.db", "vault", "key"):
        ada = original.put_back()
        place = ada.home / name
        place.unlink()
        place.mkdir()
        refused_by_name(ada, name, "a folder")
        place.rmdir()
        place.symlink_to(original.place / name)
        refused_by_name(ada, name, "a link")
        assert place.is_symlink() and place.read_bytes() == (original.place / name).read_bytes()
        if name != "duolog.db":
            place.unlink()
            place.write_bytes(bytes(5 << 20))
            place.chmod(0o600)
            refused_by_name(ada, name, "megabytes of zeros")
            assert place.stat().st_size == 5 << 20


@fact
def a_missing_an_empty_or_another_file_is_refused_by_name_and_nothing_is_made_in_its_place(house):
    original = Original(house)
    original.put_back()
    original.person.start()
    original.person.stop()  # all of it folded: one file fewer to lose
    for name in FILES:
        if (original.person.home / name).exists():
            shutil.copyfile(original.person.home / name, original.place / name)
    (original.place / "duolog.db-wal").write_bytes(b"")
    eve = another_home(house)
    decoys = {name: [None, b"", (eve / name).read_bytes()] for name in ("duolog.db", "vault", "key")}
    decoys["duolog.db"] += [an_empty_database(house.folder), a_database_without_records(house)]
    for name, contents in decoys.items():
        for content in contents:
            ada = original.put_back()
            (ada.home / "duolog.db-wal").unlink()
            (ada.home / name).unlink()
            if content is not None:
                (ada.home / name).write_bytes(content)
                (ada.home / name).chmod(0o600)
            before = {each: (ada.home / each).read_bytes() for each in ("duolog.db", "vault", "key")
                      if (ada.home / each).exists()}
            if name == "vault" and content is None:
                ada.start()
                refused = ada.refused("FAILED", "init", "--name", "Ada", "--yes")
                assert "vault" in refused.said and "is missing" in refused.said, refused.said
                ada.stop()
            else:
                refused_by_name(ada, name, content and content[:20])
            after = {each: (ada.home / each).read_bytes() for each in ("duolog.db", "vault", "key")
                     if (ada.home / each).exists()}
            assert before == after, f"{name}: something was made or changed"
    what_is_no_ordinary_file_or_far_too_long_is_refused(original)
    ada = original.put_back()
    (ada.home / "config.toml").unlink()  # its absence means the defaults
    ada.start()
    assert texts(ada) == original.saved


@fact
def a_missing_or_empty_log_is_told_and_nothing_is_written_over_what_it_held(house):
    original = Original(house)
    for content in (None, b""):
        ada = original.put_back()
        (ada.home / "duolog.db-wal").unlink()
        if content is not None:
            (ada.home / "duolog.db-wal").write_bytes(content)
        ada.start()
        assert texts(ada) == original.folded
        refused = ada.refused("NOT_SAVED", "write", "--", "this would fork the chain")
        assert "duolog.db-wal is missing" in refused.said and "hint" in refused.said, refused.said
        assert "cannot-write" in ada.warnings()
        ada.stop()


@fact
def a_home_of_a_newer_version_is_refused_by_its_number_and_not_touched(house):
    original = Original(house)

    def newer_database(home):
        with sqlite3.connect(home / "duolog.db") as database:
            database.execute("PRAGMA user_version = 7")
        database.close()

    def newer_vault(home):
        content = (home / "vault").read_bytes()
        (home / "vault").write_bytes(content[:7] + b"4" + content[8:])

    def newer_configuration(home):
        (home / "config.toml").write_text("[moonlight]\nphase = 3\n")

    for make, named in ((newer_database, "(format 7; this one knows 1)"), (newer_vault, "(vault 4; this one knows 1)"),
                        (newer_configuration, "moonlight is not a key that duolog knows")):
        ada = original.put_back()
        make(ada.home)
        before = {file.name: file.read_bytes() for file in ada.home.iterdir() if file.is_file()}
        assert not ada.starts(), f"{make.__name__} was opened"
        assert f"{named}; nothing was changed\nhint: " in (ada.folder / "duologd.said").read_text()
        for name in before.keys() - {"lock", "notes.log"}:
            assert (ada.home / name).read_bytes() == before[name], f"{name} was written to"
        ada.environment.pop("DUOLOG_NO_AUTOSTART")
        told = ada.run("list")
        assert told.code == 3 and named in told.said and "hint: " in told.said, told.said
        ada.environment["DUOLOG_NO_AUTOSTART"] = "1"
