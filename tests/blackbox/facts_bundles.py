"""What is carried by hand: two who are never online together bring each other files on a stick, and everything arrives.

Nobody here meets over the network after the pairing: one daemon is stopped before the other one starts.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import os
import pathlib
import shutil

from facts_attachments import file_of, saved_bytes
from facts_checkin import ADAS, BOS, round_of
from facts_killed import ends, was_killed
from faults import each_call, many
from house import eventually, fact, waits
from person import DONE, FAILED


def apart(house):
    """Ada and Bo, paired, and from now on never there at the same time."""
    ada, bo = house.two()
    for someone in (ada, bo):
        eventually(f"{someone.name} holds what the other holds",
                   lambda who=someone: who.run("sync", "--wait", "--timeout", "2").code == DONE)
    ada.stop()
    bo.stop()
    return ada, bo


@contextlib.contextmanager
def alone(someone):
    someone.start()
    try:
        yield someone
    finally:
        if someone.daemon:
            someone.stop()


def export(someone, name, *options):
    """The file, where it is looked through for words in clear like everything else of this person."""
    place = someone.folder / "xdg" / name
    report = someone.duolog("bundle", "export", place, "--json", *options).object
    assert report["stage"] == "done" and place.stat().st_size == int(report["done"]) == int(report["total"]), report
    assert place.stat().st_mode & 0o077 == 0, oct(place.stat().st_mode)
    return place, report


def bring(someone, *places, expect=DONE):
    return someone.duolog("bundle", "import", *places, "--json", expect=expect).objects


def delivery(someone, text):
    return next(item["delivery"] for item in someone.list() if item["text"] == text)


@fact
def two_who_never_meet_carry_a_stick_both_ways_and_everything_arrives(house):
    ada, bo = apart(house)
    photo = file_of(house, "lake.jpg", 700_000)
    with alone(ada):
        ada.write("we walked to the lake")
        ada.write("a picture of it", "--attach", photo)
        ada.check_in(7, **ADAS)
        stick, report = export(ada, "to-bo.bundle", "--with-attachments")
        assert report["other"] == "Bo" and report["chunks"] >= 2, report
        assert delivery(ada, "we walked to the lake")["state"] != "delivered"
    with alone(bo):
        brought = bring(bo, stick)[0]
        assert brought["records"] == report["records"] and brought["chunks"] == report["chunks"], brought
        assert brought["journal"] and not brought["broken"] and not brought["gaps"], brought
        assert "we walked to the lake" in bo.texts()
        picture = next(item["id"] for item in bo.list() if item["text"] == "a picture of it")
        assert saved_bytes(bo, picture, 1, house) == photo.read_bytes()
        sealed = bo.duolog("answers", "checkin").text
        assert round_of(bo)["theirs_in"] and not any(answer in sealed for answer in ADAS.values()), sealed
        bo.check_in(8, **BOS)
        bo.write("I wish I had been there")
        back, _ = export(bo, "to-ada.bundle")
    with alone(ada):
        assert bring(ada, back)[0]["records"] > 0
        assert "I wish I had been there" in ada.texts()
        assert delivery(ada, "we walked to the lake")["state"] == "delivered"
        assert delivery(ada, "we walked to the lake")["person"] == "Bo"
        eventually("both answers are open for Ada", lambda: len(round_of(ada)["answers"]) == 2)
        again, _ = export(ada, "to-bo-again.bundle")
    with alone(bo):
        bring(bo, again)
        eventually("both answers are open for Bo", lambda: len(round_of(bo)["answers"]) == 2)
        assert all(answer in bo.duolog("answers", "checkin").text for answer in (*ADAS.values(), *BOS.values()))


@fact
def what_they_are_known_to_hold_is_not_carried_again_and_nothing_makes_no_file(house):
    ada, bo = apart(house)
    with alone(ada):
        nothing = ada.folder / "xdg" / "nothing.bundle"
        told = ada.refused("NOTHING_TO_CARRY", "bundle", "export", nothing)
        assert "no device of Bo's is known to lack anything" in told.said and not nothing.exists(), told.said
        for page in range(5):
            ada.write(f"page {page}")
        first, report = export(ada, "first.bundle")
        everything, all_of_it = export(ada, "everything.bundle", "--everything")
        assert report["records"] == 5 < all_of_it["records"], (report, all_of_it)
    with alone(bo):
        bring(bo, first)
        bo.write("read with joy")
        back, _ = export(bo, "back.bundle")
    with alone(ada):
        bring(ada, back)
        ada.write("one more page")
        second, report = export(ada, "second.bundle")
        assert report["records"] == 1, report
    with alone(bo):
        assert bring(bo, second)[0]["records"] == 1
        told = bring(bo, everything)[0]
        assert told["records"] == 0 and told["known"] == all_of_it["records"], told


@fact
def bundles_come_in_any_order_twice_and_several_at_once(house):
    ada, bo = apart(house)
    with alone(ada):
        ada.write("the first word")
        first, _ = export(ada, "one.bundle")
    with alone(bo):
        bring(bo, first)
        bo.write("I have read it")
        back, _ = export(bo, "back.bundle")
    with alone(ada):
        bring(ada, back)
        ada.write("the second word")
        second, _ = export(ada, "two.bundle")
        ada.write("the third word")
        third, _ = export(ada, "three.bundle")
    with alone(bo):
        bring(bo, third, second, first, third)
        assert sorted(bo.texts()) == sorted(["the first word", "I have read it", "the second word", "the third word"])


def one_after_the_other(house, ada, bo):
    """Two bundles of Ada's, the second without what is in the first; Bo's disk is as it was before he had read either."""
    with alone(ada):
        ada.write("the word in between")
        between, _ = export(ada, "between.bundle")
    before = house.folder / "bo-before"
    shutil.copytree(bo.home, before)
    with alone(bo):
        bring(bo, between)
        bo.write("I have read it")
        back, _ = export(bo, "back.bundle")
    with alone(ada):
        bring(ada, back)
        ada.write("the word after it")
        after, _ = export(ada, "after.bundle")
    shutil.rmtree(bo.home)
    shutil.copytree(before, bo.home)
    return between, after


@fact
def a_bundle_that_goes_on_after_words_that_are_not_here_says_which(house):
    ada, bo = apart(house)
    between, after = one_after_the_other(house, ada, bo)
    with alone(bo):
        told = bo.duolog("bundle", "import", after, expect=FAILED)
        words = " ".join(told.said.split())
        assert "this one goes on after words that are not here yet: of Ada's" in words, told.said
        assert "the word after it" not in bo.texts()
        bring(bo, after, between)  # in any order
        assert "the word after it" in bo.texts()


@fact
def half_a_file_a_foreign_one_and_a_damaged_one_say_what_is_safe(house):
    ada, bo = apart(house)
    with alone(ada):
        for page in range(40):
            ada.write(f"page {page} " + "of the long book " * 1600)
        stick, report = export(ada, "book.bundle")
    half, bent, foreign = (bo.folder / "xdg" / name for name in ("half.bundle", "bent.bundle", "notes.txt"))
    whole = stick.read_bytes()
    half.write_bytes(whole[:len(whole) // 2])
    bent.write_bytes(whole[:900_000] + bytes([whole[900_000] ^ 1]) + whole[900_001:])
    foreign.write_bytes(b"milk, bread, a card for Ada\n")
    with alone(bo):
        told = bring(bo, half, expect=FAILED)[0]
        assert told["broken"] == "cut" and 0 < told["records"] < report["records"], told
        text = bo.duolog("bundle", "import", bent, expect=FAILED).said
        assert "ends too early, or was damaged" in " ".join(text.split()), text
        assert "nothing was taken in" in bo.refused("NOT_A_BUNDLE", "bundle", "import", foreign).said
        empty = bo.folder / "xdg" / "empty.bundle"
        empty.write_bytes(b"")
        bo.refused("NOT_A_BUNDLE", "bundle", "import", empty)
        bo.refused("BUNDLE_FILE", "bundle", "import", bo.folder / "xdg" / "gone.bundle")
        newer = bo.folder / "xdg" / "newer.bundle"
        newer.write_bytes(b"DUOLOGB2" + whole[8:])
        bo.refused("BUNDLE_TOO_NEW", "bundle", "import", newer)
        assert bring(bo, stick)[0]["records"] + told["records"] <= report["records"]
        assert len(bo.texts()) == 40


@fact
def a_bundle_for_others_opens_for_nobody_else(house):
    ada, bo = apart(house)
    cleo = house.resident("Cleo")
    with alone(ada):
        ada.write("between the two of us")
        stick, _ = export(ada, "to-bo.bundle")
    told = cleo.refused("BUNDLE_OF_OTHERS", "bundle", "import", stick)
    assert "nothing was taken in" in told.said
    cleo.stop()
    with alone(bo):
        bring(bo, stick)
        assert "between the two of us" in bo.texts()


@fact
def a_removed_device_opens_no_bundle_that_is_written_once_the_others_know(house):
    ada, bo = house.two()
    phone = house.second(ada, "Phone")
    eventually("Bo knows the phone", lambda: any(peer["device"] == "phone" for peer in bo.status()["peers"]))
    phone.stop()
    ada.duolog("device", "remove", "phone", "--yes")
    bo.write("after the phone was lost")
    eventually("Ada has it", lambda: "after the phone was lost" in ada.texts())
    ada.write("for the two of us alone")
    eventually("both hold the same", lambda: ada.run("sync", "--wait", "--timeout", "2").code == DONE)
    bo.stop()
    ada.write("and this goes by hand")
    stick, _ = export(ada, "to-bo.bundle", "--everything")
    ada.stop()
    with alone(phone):
        phone.refused("BUNDLE_OF_OTHERS", "bundle", "import", stick)
        assert "and this goes by hand" not in phone.texts()
        phone.write("by whoever has the phone now")
        theirs, _ = export(phone, "from-the-phone.bundle", "--everything")
    for someone in (ada, bo):
        with alone(someone):
            someone.run("bundle", "import", theirs)
            assert "by whoever has the phone now" not in someone.texts()
    with alone(bo):
        bring(bo, stick)
        assert "and this goes by hand" in bo.texts()


@fact
def the_notebook_goes_to_ones_other_device_by_hand(house):
    ada = house.resident("Ada")
    ada.duolog("--json", "bundle", "export", ada.folder / "xdg" / "none.bundle", expect=FAILED)
    phone = house.second(ada, "Phone")
    eventually("both hold the same", lambda: ada.run("sync", "--wait", "--timeout", "2").code == DONE)
    phone.stop()
    ada.write("a word for myself")
    stick, report = export(ada, "mine.bundle", "-j", "notebook")
    assert report["other"] == "" and report["devices"] == ["phone"], report
    ada.stop()
    with alone(phone):
        bring(phone, stick)
        assert "a word for myself" in phone.texts()


@fact
def an_export_is_a_new_file_whole_or_none(house):
    ada, _ = apart(house)
    with alone(ada):
        ada.write("a page for the stick")
        folder = ada.folder / "xdg" / "stick"
        folder.mkdir()
        said = ada.duolog("bundle", "export", folder).said
        file, = folder.iterdir()
        assert file.name.startswith("duolog-") and file.suffix == ".bundle", file
        words = " ".join(said.split())
        assert "1 record for Bo" in words and f"duolog bundle import {file.name}" in words, said
        assert "it stays sealed on the way" in words, said
        before = file.read_bytes()
        ada.refused("BUNDLE_FILE", "bundle", "export", file)
        assert file.read_bytes() == before
        ada.duolog("bundle", "export", file, "--yes")
        assert file.read_bytes() != before, "a new one, sealed anew"
        ada.refused("BUNDLE_FILE", "bundle", "export", folder / "nowhere" / "a.bundle")
        assert sorted(each.name for each in folder.iterdir()) == [file.name]


@fact
def a_bundle_passes_through_a_pipe_and_the_daemon_goes_on_meanwhile(house):
    ada, bo = apart(house)
    with alone(ada):
        for page in range(30):
            ada.write(f"page {page} " + "of the long book " * 400)
        stick, _ = export(ada, "book.bundle")
    with alone(bo):
        told = bo.duolog("bundle", "import", "-", "--json", stdin=stick.read_bytes()).object
        assert told["records"] == 30 and len(bo.texts()) == 30


@fact
def no_kill_before_any_system_call_of_taking_a_bundle_in_costs_a_word(house):
    ada, bo = apart(house)
    with alone(ada):
        for page in range(6):
            ada.write(f"page {page} " + "of the long book " * 200)
        stick, _ = export(ada, "book.bundle")
    empty = house.folder / "bo-as-it-was"
    shutil.copytree(bo.home, empty)

    def take_in(traced):
        shutil.rmtree(bo.home)
        shutil.copytree(empty, bo.home)
        bo.start()
        with traced():
            code = bo.run("bundle", "import", stick, "--json").code
            killed = was_killed(bo)
            if not killed and code != DONE:  # its socket is gone before it is
                ends(bo)
                killed = True
        if killed:
            bo.start()
        bring(bo, stick)
        assert len(bo.texts()) == 6, bo.texts()
        bo.stop()
        return killed

    assert each_call(bo, take_in, quick=("fdatasync", "fsync")) >= many(3, 40)
    shutil.rmtree(empty)


# ---- the drop box ----

def drop_box(someone, folder):
    someone.configure()
    config = someone.home / "config.toml"
    config.write_text(f'drop_box = "{folder}"\n' + config.read_text())


def carried(folder):
    return sorted(file.name for file in folder.glob("*.duolog"))


def shared_folder(house, *people):
    folder = house.folder / "shared"
    folder.mkdir(mode=0o700)
    for someone in people:
        drop_box(someone, folder)
    return folder


@fact
def a_drop_box_carries_both_ways_between_two_who_never_meet(house):
    ada, bo = apart(house)
    folder = shared_folder(house, ada, bo)
    with alone(ada):
        ada.write("put into the box")
        eventually("there is a bundle in it", lambda: len(carried(folder)) == 1)
        eventually("status says so", lambda: ada.status()["drop_box"]["written"])
        assert str(folder) in ada.duolog("status").said
    first = carried(folder)
    with alone(bo):
        eventually("Bo has read it", lambda: "put into the box" in bo.texts())
        assert bo.status()["drop_box"]["read"] and not bo.status()["drop_box"]["trouble"], bo.status()["drop_box"]
        bo.write("and one back")
        eventually("Bo's own lies beside it", lambda: len(carried(folder)) == 2)
    with alone(ada):
        eventually("Ada has read it", lambda: "and one back" in ada.texts())
        eventually("Ada's is acknowledged and gone", lambda: not set(first) & set(carried(folder)))
        assert delivery(ada, "put into the box")["state"] == "delivered"
        ada.write("a second one")
        eventually("Ada has put a new one there", lambda: len(carried(folder)) == 2)
        ada.write("a third one")
        before = set(carried(folder))
        eventually("it takes the place of the one before", lambda: set(carried(folder)) != before and len(carried(folder)) == 2, 30)
    with alone(bo):
        eventually("Bo has both", lambda: {"a second one", "a third one"} <= set(bo.texts()))


@fact
def a_bundle_that_is_brought_over_in_pieces_is_read_once_it_is_whole(house):
    ada, bo = apart(house)
    folder = shared_folder(house, bo)
    with alone(ada):
        for page in range(10):
            ada.write(f"page {page} " + "of the long book " * 4000)
        stick, _ = export(ada, "book.bundle")
    place, whole = folder / "0123456789abcdef.duolog", stick.read_bytes()
    place.write_bytes(whole[:len(whole) // 2])
    with alone(bo):
        eventually("as much of it as there is was taken in", lambda: bo.status()["drop_box"]["read"])
        assert 0 < len(bo.texts()) < 10, bo.texts()
        place.write_bytes(whole)
        eventually("all of it is here", lambda: len(bo.texts()) == 10)
    assert place.exists(), "it is not ours to take away"


@fact
def what_lies_in_a_drop_box_in_the_wrong_order_is_put_in_order(house):
    ada, bo = apart(house)
    folder = shared_folder(house, bo)
    between, after = one_after_the_other(house, ada, bo)
    for own in carried(folder):
        (folder / own).unlink()
    (folder / "0000000000000001.duolog").write_bytes(after.read_bytes())
    (folder / "ffffffffffffffff.duolog").write_bytes(between.read_bytes())
    with alone(bo):
        eventually("both are here", lambda: {"the word in between", "the word after it"} <= set(bo.texts()))


@fact
def a_hostile_folder_stops_nothing(house):
    """Links, pipes, folders, names without number, a file without end, one that may not be read, one for others."""
    ada, bo = apart(house)
    folder = shared_folder(house, bo)
    with alone(ada):
        ada.write("through all of that")
        stick, _ = export(ada, "one.bundle")
    (folder / "0000000000000001.duolog").symlink_to("/etc/passwd")
    os.mkfifo(folder / "0000000000000002.duolog")
    (folder / "0000000000000003.duolog").mkdir()
    for number in range(3000):
        (folder / f"{number:016x}.duolog.tmp").touch()
    with (folder / "0000000000000004.duolog").open("wb") as endless:
        endless.truncate(1 << 40)
    (folder / "0000000000000005.duolog").write_bytes(b"")
    unreadable = folder / "0000000000000006.duolog"
    unreadable.write_bytes(b"DUOLOGB1")
    unreadable.chmod(0)
    for number in range(300):
        (folder / f"{0x1000 + number:016x}.duolog").write_bytes(b"DUOLOGB1" + bytes(500))
    (folder / "fedcba9876543210.duolog").write_bytes(stick.read_bytes())
    with alone(bo):
        eventually("what is ours is found among it", lambda: "through all of that" in bo.texts(), 60)
        bo.write("it goes on")
        eventually("and put there as well", lambda: bo.status()["drop_box"]["written"], 30)
    assert (folder / "0000000000000001.duolog").is_symlink() and pathlib.Path("/etc/passwd").read_bytes()


@waits
@fact
def a_drop_box_that_is_not_there_is_told_and_used_once_it_is(house):
    ada, _ = apart(house)
    folder = house.folder / "pulled-out"
    drop_box(ada, folder)
    with alone(ada):
        eventually("it is told", lambda: ada.status()["drop_box"]["trouble"])
        assert "drop box" in ada.duolog("status").said and "cannot be used" in " ".join(ada.duolog("status").said.split())
        ada.write("kept here meanwhile")
        folder.mkdir(mode=0o700)
        eventually("it is used", lambda: len(carried(folder)) == 1, 90)
        eventually("and no trouble any more", lambda: not ada.status()["drop_box"]["trouble"], 90)
