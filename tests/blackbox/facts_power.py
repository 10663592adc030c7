"""Power cuts: what was told to be saved is there when the power comes back, on both sides."""
# SPDX-License-Identifier: GPL-3.0-or-later
import random
import time

import disks
from facts_attachments import CHUNK, chunks, file_of, is_whole, saved_bytes
from faults import many
from house import eventually, fact
from pen import Pen, delivered, same_once_each, texts

SEED = 20261122


def on_a_disk_of_its_own(house, name):
    disk = disks.Powered(house, name.lower())
    someone = house.person(name)
    disk.move_in(someone)
    return someone, disk


def lose_power(person, disk):
    disk.cut()
    person.kill()
    disk.power()


def the_cuts_were_real(disk, at_least):
    """What nobody had synced was lost by nearly every cut: these cuts lose what is not on the disk. One in ten may come
    behind a sync of somebody else's, which takes it along; of four, one."""
    assert disk.cuts >= at_least, disk.cuts
    assert disk.lost >= max(1, int(disk.cuts * 0.9)), f"{disk.lost} of {disk.cuts} cuts lost something"


@fact
def no_power_cut_loses_what_was_saved(house):
    chance = random.Random(SEED)
    ada, disk = on_a_disk_of_its_own(house, "Ada")
    ada.start()
    ada.init()
    pen, cuts, perhaps = Pen(ada), many(120, 5000), []
    for cut in range(cuts):
        pen.open()
        for turn in range(chance.randrange(1, 8)):
            pen.write(f"cut {cut} turn {turn} of the wheel")
        perhaps.append(f"cut {cut} met this under way")
        pen.send(perhaps[-1])
        time.sleep(chance.uniform(0, 0.008))  # the moment is what chance decides
        lose_power(ada, disk)
        ada.start()
        last = [text for text in texts(ada, 10) if text not in perhaps]
        assert last[-1] == pen.saved[-1], f"after cut {cut}: {last[-1]!r}, not {pen.saved[-1]!r}"
    same_once_each(texts(ada), pen.saved, perhaps)
    ada.duolog("doctor")
    the_cuts_were_real(disk, cuts)


@fact
def a_home_just_set_up_survives_a_power_cut(house):
    ada, disk = on_a_disk_of_its_own(house, "Ada")
    turns = many(8, 300)
    for turn in range(turns):
        ada.home = disk.folder / f"deep{turn}" / "down" / "home"
        ada.environment["DUOLOG_HOME"] = str(ada.home)
        ada.start()
        words = ada.init()["words"]
        lose_power(ada, disk)
        ada.learn_key()
        ada.start()
        assert ada.duolog("words", "--json").object["words"] == words, "another identity than the one that was shown"
        ada.write(f"it opens again after the dark {turn}")
        ada.stop()
    the_cuts_were_real(disk, turns)


@fact
def a_vault_just_locked_anew_survives_a_power_cut(house):
    ada, disk = on_a_disk_of_its_own(house, "Ada")
    ada.home.mkdir(mode=0o700)
    (ada.home / "config.toml").write_text("[passphrase]\nops = 1\nmemory_kib = 64\n")
    ada.start()
    ada.init()
    ada.write("it stays, whatever opens it")
    turns = many(3, 100)
    for turn in range(turns):
        sentence = ada.passphrase_file(f"sentence number {turn} about tulips")
        ada.duolog("passphrase", "--new-passphrase-file", sentence)
        lose_power(ada, disk)
        assert not ada.key_file().exists(), "the old key came back"
        ada.start()
        ada.duolog("unlock", "--passphrase-file", sentence)
        ada.duolog("passphrase", "--passphrase-file", sentence, "--key-file")
        lose_power(ada, disk)
        ada.learn_key()
        ada.start()
        assert ada.texts() == ["it stays, whatever opens it"]
    the_cuts_were_real(disk, 2 * turns)


@fact
def what_the_partner_was_told_has_arrived_survives_a_power_cut_there(house):
    """Delivered is what the other disk holds, not what the other daemon has read."""
    chance = random.Random(SEED)
    bo, disk = on_a_disk_of_its_own(house, "Bo")
    ada = house.resident("Ada")
    bo.start()
    bo.init()
    house.pair(ada, bo)
    pen, cuts = Pen(ada), many(12, 500)
    pen.open()
    for cut in range(cuts):
        for turn in range(chance.randrange(1, 12)):
            pen.write(f"cut {cut} letter {turn} to Bo")
        wanted = pen.saved[-1 - chance.randrange(2)]  # sometimes the last, sometimes with one still on its way
        told = eventually("it is delivered", lambda: (lambda all_of: all_of if wanted in all_of else None)(delivered(ada)), 40)
        disk.cut()
        bo.kill()
        with ada.held_still():  # what Bo has now, Bo has from the disk
            disk.power()
            bo.start()
            held = texts(bo)
        assert set(told) <= set(held), f"delivered and lost in cut {cut}: {set(told) - set(held)}"
    eventually("Bo has all of it", lambda: len(texts(bo)) >= len(pen.saved), 40)
    same_once_each(texts(bo), pen.saved)
    the_cuts_were_real(disk, cuts)


@fact
def no_power_cut_loses_a_piece_of_a_file_that_was_saved_with_its_entry(house):
    """Each piece is durable before the entry that names it; what a cut meets under way leaves nothing behind."""
    chance = random.Random(SEED)
    ada, disk = on_a_disk_of_its_own(house, "Ada")
    ada.start()
    ada.init()
    saved, cuts, met = {}, many(5, 500), 0
    for cut in range(cuts):
        file = file_of(house, f"picture-{cut}.jpg", chance.randrange(1, 4 * CHUNK), seed=cut)
        saved[ada.write(f"cut {cut} comes after this", "--attach", file)["id"]] = file
        under_way = ada.lines("--json", "write", "--attach", file_of(house, "long.bin", 40 * CHUNK, seed=-1), "--", "under way")
        wanted = len(chunks(ada)) + chance.randrange(1, 4)
        eventually("some of it is there", lambda: len(chunks(ada)) >= wanted or under_way.process.poll() is not None)
        lose_power(ada, disk)
        met += under_way.end() != 0
        ada.start()
        for item in ada.list():
            if item["text"] == "under way":  # it was whole a moment before the cut
                assert is_whole(ada, item["id"]), "an entry names what is not there"
                ada.duolog("delete", item["id"], "--yes")
        for entry, whole in saved.items():
            assert saved_bytes(ada, entry, 1, house) == whole.read_bytes(), f"after cut {cut}: {whole}"
    assert met >= cuts // 2, f"{met} of {cuts} cuts met a file under way"
    the_cuts_were_real(disk, cuts)


@fact
def no_power_cut_of_whoever_takes_a_file_leaves_it_damaged(house):
    """What is here after the cut is not fetched again, and the rest comes when the power is back."""
    chance = random.Random(SEED)
    bo, disk = on_a_disk_of_its_own(house, "Bo")
    ada = house.resident("Ada")
    bo.start()
    bo.init()
    house.pair(ada, bo)
    cuts, met, whole = many(4, 300), 0, {}
    for cut in range(cuts):
        file = file_of(house, f"film-{cut}.mkv", 24 * CHUNK + cut, seed=cut)
        before = len(chunks(bo))
        entry = ada.write(f"cut {cut} meets this film", "--attach", file)["id"]
        wanted = before + chance.randrange(1, 20)
        eventually("a part of it is there", lambda: len(chunks(bo)) >= wanted)
        disk.cut()
        bo.kill()
        met += len(chunks(bo)) - before < 25
        disk.power()
        bo.start()
        eventually("the rest has come", lambda: bo.run("sync") and is_whole(bo, entry), 60)
        whole[entry] = file
    for entry, file in whole.items():
        assert saved_bytes(bo, entry, 1, house) == file.read_bytes(), file
    assert met >= cuts // 2, f"{met} of {cuts} cuts met a film on its way"
    the_cuts_were_real(disk, cuts)
