"""Files that go with entries: any size, both ways, cut off and gone on with; names and places that mean harm."""
# SPDX-License-Identifier: GPL-3.0-or-later
import errno
import os
import pathlib
import random
import signal
import stat
import threading

import control
import faults
from house import eventually, fact
from person import DONE, FAILED, NOT_FOUND, USAGE
from terminal import harm

ATTACH, PIECE = 46, 47
CHUNK = 256 << 10
LARGE = (1 << 20) + 1  # comes no more by itself where config.toml says 1 MiB
MARKER = b"a marker that must be found nowhere, "


def content(size, seed=1):
    """Bytes that are a secret of the fact: the marker again and again, wherever one looks."""
    noise = random.Random(seed).randbytes(size)
    return b"".join((MARKER + noise[at:at + 4059]) for at in range(0, size, 4096))[:size]


def file_of(house, name, size, seed=1):
    house.secrets.text(MARKER, "a part of a file")
    place = house.folder / "files"
    place.mkdir(exist_ok=True)
    file = place / name
    file.write_bytes(content(size, seed))
    return file


def chunks(person):
    """Of every chunk on the disk its name and its file's number, so that one that was written anew is another."""
    return {file.name: file.stat().st_ino for file in (person.home / "blobs").glob("??/*")}


def sizes_here(person, entry):
    return [(one["attachment"]["size"], one["attachment"]["held"]) for one in person.json("attachment", "list", entry)]


def is_whole(person, entry):
    found = person.run("attachment", "list", entry, "--json")
    return found.code == DONE and found.objects and all(
        one["attachment"]["held"] == one["attachment"]["size"] for one in found.objects)


def with_one_who_asks(house):
    """Ada, and Bo, to whom attachments come when he asks for them."""
    ada = house.resident("Ada")
    bo = house.person("Bo")
    settings(bo, 'attachments = "on demand"')
    bo.start()
    bo.init()
    house.pair(ada, bo)
    return ada, bo


def settings(person, line):
    person.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    config = person.home / "config.toml"
    config.write_text(f'notes_level = "debug"\n{line}\n\n[passphrase]\nops = 1\nmemory_kib = 1024\n')
    config.chmod(0o600)


def saved_bytes(person, entry, number, house):
    place = house.folder / "out"
    place.mkdir(exist_ok=True)
    for left in place.iterdir():
        left.unlink()
    person.duolog("attachment", "save", entry, number, "-o", place)
    (one,) = place.iterdir()
    return one.read_bytes()


def attach_by_hand(door, name, data, media_type=""):
    """As a program would that does not care what a name looks like."""
    name = name.encode() if isinstance(name, str) else name
    answer = door.ask(control.request(ATTACH, control.field(1, name) + control.field(2, media_type) + control.field(3, len(data))))
    assert error_of(answer) is None, answer
    for at in range(0, len(data), CHUNK):
        answer = door.ask(control.request(PIECE, control.field(1, data[at:at + CHUNK])))
        assert error_of(answer) is None, answer


def error_of(replies):
    return dict(control.fields(replies[-1])).get(2)


def write_by_hand(person, text, names, data=b"harmless"):
    with control.Control(person) as door:
        for name in names:
            attach_by_hand(door, name, data)
        body = control.field(1, text) + control.field(12, len(names))
        answer = door.ask(control.request(control.WRITE, body))
        assert error_of(answer) is None, answer
        return dict(control.fields(dict(control.fields(answer[-1]))[14]))[1].decode()


# ---- there and back ----


@fact
def files_of_any_size_come_out_on_both_sides_as_they_went_in(house):
    ada, bo = house.two()
    sizes = [0, 1, 300 * 1024 + 3]
    files = [file_of(house, f"picture-{size}.jpg", size, seed=size) for size in sizes]
    flags = [word for file in files for word in ("--attach", file)]
    house.secrets.text("picture-307203", "a file's name")
    entry = ada.write("the three of them, from the lake", *flags)["id"]
    assert sizes_here(ada, entry) == [(size, size) for size in sizes]
    eventually("Bo has the entry and its files", lambda: is_whole(bo, entry))
    for person in (ada, bo):
        for number, file in enumerate(files, 1):
            assert saved_bytes(person, entry, number, house) == file.read_bytes(), file
    shown = bo.duolog("show", entry).text
    assert "picture-307203.jpg · 300.0 KiB" in shown and "not here" not in shown, shown
    assert [one["name"] for one in bo.list()[-1]["attachments"]] == [file.name for file in files]
    piped = bo.duolog("attachment", "save", entry, "3", "-o", "-")
    assert piped.out == files[2].read_bytes() and piped.err == b"", piped.err


@fact
def a_file_needs_no_words_beside_it(house):
    ada = house.resident("Ada")
    file = file_of(house, "alone.png", 5000)
    saved = ada.duolog("write", "--attach", file, stdin=b"")
    assert "saved · with a file" in saved.text, saved.text
    (entry,) = ada.list()
    assert entry["text"] == "" and entry["attachments"][0]["media_type"] == "image/png"
    assert "attached alone.png" in ada.duolog("list").text
    ada.refused("EMPTY", "write", stdin=b"\n")


@fact
def what_was_private_is_sealed_anew_for_the_other(house):
    ada, bo = house.two()
    file = file_of(house, "mine.bin", 300_000)
    entry = ada.write("only for me at first", "--private", "--attach", file)["id"]
    before = set(chunks(ada))
    assert len(before) == 2
    shared = ada.duolog("share", entry, "--yes", "--json").object["id"]
    assert len(set(chunks(ada)) - before) == 2
    eventually("Bo has it", lambda: is_whole(bo, shared))
    assert set(chunks(bo)) == set(chunks(ada)) - before, "nothing of the private one goes over"
    assert saved_bytes(bo, shared, 1, house) == file.read_bytes()


# ---- cut off, and gone on with ----


def on_a_disk_that_fails(house):
    """Ada, and Bo with a disk that fails when told to."""
    ada, bo = house.resident("Ada"), house.person("Bo")
    disk = faults.Disk(bo)
    bo.start()
    bo.init()
    house.pair(ada, bo)
    return ada, bo, disk


@fact
def a_transfer_that_a_kill_cuts_off_goes_on_where_it_was(house):
    ada, bo, disk = on_a_disk_that_fails(house)
    size = 2 * CHUNK + 1
    for nth in (1, 3):
        file = file_of(house, f"film-{nth}.mkv", size, seed=nth)
        before = chunks(bo)
        disk.fail(faults.RENAME, nth, faults.KILL)  # a chunk gets its name by it, and nothing else does here
        entry = ada.write(f"a film of us, number {nth}", "--attach", file)["id"]
        assert bo.daemon.stop_by_itself() == -signal.SIGKILL and disk.heal() == 1
        bo.daemon = None
        half = chunks(bo)
        assert len(half) - len(before) == nth - 1, "each chunk is there as soon as it is named"
        assert [left.stat().st_size for left in (bo.home / "blobs" / "new").iterdir()], "one was being written"
        bo.start()
        eventually("the rest has come", lambda: is_whole(bo, entry), seconds=60)
        whole = chunks(bo)
        assert half.items() <= whole.items() and len(whole) - len(before) == 3, "what was here is not fetched again"
        assert not list((bo.home / "blobs" / "new").iterdir())
        assert saved_bytes(bo, entry, 1, house) == file.read_bytes()


@fact
def a_disk_that_takes_no_chunk_takes_every_word(house):
    ada, bo, disk = on_a_disk_that_fails(house)
    file = file_of(house, "waits.bin", 100_000)
    disk.fail(faults.RENAME, 1, faults.ERROR, errno.ENOSPC, for_good=True)
    entry = ada.write("a picture for which there is no room", "--attach", file)["id"]
    eventually("the disk has refused it", lambda: disk.fired)
    ada.write("and words, for which there is")
    eventually("the words are there", lambda: len(bo.list()) == 2)
    assert sizes_here(bo, entry) == [(100_000, 0)] and bo.status()["peers"][0]["connected"]
    disk.heal()
    bo.restart()
    eventually("and the picture, once there is room", lambda: is_whole(bo, entry))


@fact
def an_upload_that_is_cut_off_leaves_nothing_and_says_so(house):
    ada = house.resident("Ada")
    house.secrets.text(MARKER, "a part of a file")
    with control.Control(ada) as door:
        attach_by_hand(door, "half.bin", content(3 * CHUNK))
        assert len(chunks(ada)) == 3
    eventually("it is taken away when its visitor has left", lambda: not chunks(ada))
    with control.Control(ada) as door:
        attach_by_hand(door, "half.bin", content(3 * CHUNK))
        ada.kill()
    assert len(chunks(ada)) == 3
    ada.start()
    assert not chunks(ada), "and at the next start, where it was killed in between"
    with control.Control(ada) as door:
        attach_by_hand(door, "one.bin", b"harmless")
        answer = door.ask(control.request(control.WRITE, control.field(1, "with two, they say") + control.field(12, 2)))
        assert error_of(answer) is not None
    assert ada.list() == []


@fact
def a_chunk_that_rots_comes_again_from_the_other(house):
    ada, bo = house.two()
    file = file_of(house, "kept.bin", 300_000)
    entry = ada.write("this one shall last", "--attach", file)["id"]
    eventually("Bo has it", lambda: is_whole(bo, entry))
    victim = sorted((ada.home / "blobs").glob("??/*"))[0]
    with victim.open("r+b") as opened:
        opened.seek(100)
        byte = opened.read(1)
        opened.seek(100)
        opened.write(bytes([byte[0] ^ 1]))
    rotten = victim.read_bytes()
    assert ada.run("attachment", "save", entry, "1", "-o", "-").code in (DONE, FAILED)
    eventually("it is whole again", lambda: is_whole(ada, entry) and victim.exists())
    assert victim.read_bytes() != rotten
    assert saved_bytes(ada, entry, 1, house) == file.read_bytes()


# ---- on demand ----


@fact
def on_demand_nothing_comes_until_it_is_asked_for_and_then_it_comes_by_itself(house):
    ada, bo = with_one_who_asks(house)
    file = file_of(house, "later.bin", 300_000)
    entry = ada.write("whenever you like to see it", "--attach", file)["id"]
    eventually("Bo has the words", lambda: bo.run("show", entry).code == DONE)
    bo.duolog("sync", "--wait")
    assert sizes_here(bo, entry) == [(300_000, 0)] and "not here yet" in bo.duolog("show", entry).text
    ada.stop()
    eventually("Bo has noticed", lambda: not any(peer["connected"] for peer in bo.status()["peers"]))
    refused = bo.refused("NOT_HERE_YET", "attachment", "save", entry)
    assert "as soon as the other's device is connected" in refused.said, refused.said
    bo.restart()
    ada.start()
    eventually("what was asked for has come by itself", lambda: is_whole(bo, entry))
    assert saved_bytes(bo, entry, 1, house) == file.read_bytes()


@fact
def saving_what_is_not_here_fetches_it_with_a_bar_on_a_terminal_alone(house):
    ada = house.resident("Ada")
    bo = house.person("Bo")
    settings(bo, "attachments = 1")
    bo.start()
    bo.init()
    house.pair(ada, bo)
    small, large = file_of(house, "small.bin", 50_000), file_of(house, "large.bin", LARGE)
    entry = ada.write("a small one and a large one", "--attach", small, "--attach", large)["id"]
    eventually("the small one came unasked", lambda: bo.run("show", entry).code == DONE and
               sizes_here(bo, entry) == [(50_000, 50_000), (LARGE, 0)])
    place = house.folder / "saved"
    place.mkdir()
    with bo.terminal("attachment", "save", entry, "2", "-o", place) as screen:
        assert screen.end() == DONE, screen.text
        assert "fetching large.bin" in screen.text and "% · " in screen.text, screen.text
    assert (place / "large.bin").read_bytes() == large.read_bytes()
    quiet = bo.duolog("attachment", "save", entry, "2", "-o", place / "again.bin")
    assert quiet.err == b"" and quiet.text.startswith("saved · "), quiet.said


# ---- names and places that mean harm ----

HOSTILE = ["../../evil", "/etc/passwd", "..", ".", "", ".bashrc", "-rf", "CON", "nul.txt", "a\x1b[2Jb.txt", "x\u202egpj.exe",
           "line\nbreak.txt", "tab\tin.txt", "\u200b\u200b", "C:\\windows\\system.ini", "n" * 255, "é" * 127, "a/../b",
           "trailing dots...", " spaces ", "$(reboot).txt", "`id`", "*?.txt", "lpt1.tar.gz"]


@fact
def hostile_names_become_harmless_ones_in_the_folder_that_was_named(house):
    ada, bo = house.two()
    names = [name for name in HOSTILE if name]
    entry = write_by_hand(bo, "names", names)
    with control.Control(bo) as door:
        answer = door.ask(control.request(ATTACH, control.field(1, "") + control.field(3, 1)))
        assert error_of(answer) is not None, "a file without a name"
    eventually("Ada has them", lambda: is_whole(ada, entry))
    with ada.terminal("attachment", "list") as screen:
        assert screen.end() == DONE
        assert not harm(screen.output), harm(screen.output)
    outside = house.folder / "box"
    place = outside / "deep" / "deeper"
    place.mkdir(parents=True)
    ada.duolog("attachment", "save", entry, "-o", place)
    saved = sorted(file.name for file in place.iterdir())
    assert len(saved) == len(names), saved
    for name in saved:
        assert not name.startswith((".", "-")) and len(name.encode()) <= 255, name
        assert not any(ord(letter) < 32 or letter in '/\\:*?"<>|\u202e\u200b' for letter in name), name
        assert name.split(".")[0].split(" ")[0].lower() not in ("con", "nul", "lpt1"), name
    assert [file for file in outside.rglob("*") if file.is_file() and file.parent != place] == []
    assert {"passwd", "evil", "bashrc", "_rf", "b", "system.ini"} <= set(saved), saved


@fact
def saving_writes_over_nothing_and_follows_no_link(house):
    ada = house.resident("Ada")
    file = file_of(house, "lake.jpg", 4000)
    entry = ada.write("by the lake", "--attach", file)["id"]
    place, victim = house.folder / "place", house.folder / "victim"
    place.mkdir()
    victim.write_text("precious")
    (place / "lake.jpg").symlink_to(victim)
    (place / "lake (2).jpg").symlink_to(house.folder / "nowhere")
    ada.duolog("attachment", "save", entry, "-o", place)
    assert (place / "lake (3).jpg").read_bytes() == file.read_bytes()
    assert stat.S_IMODE((place / "lake (3).jpg").stat().st_mode) == 0o600
    assert victim.read_text() == "precious" and not (house.folder / "nowhere").exists()
    ada.refused("EXISTS", "attachment", "save", entry, "-o", place / "lake.jpg")
    with ada.terminal("attachment", "save", entry, "-o", place / "lake.jpg") as screen:
        screen.expect("write over it")
        screen.type("n")
        assert screen.end() == FAILED
    assert (place / "lake.jpg").is_symlink()
    with ada.terminal("attachment", "save", entry, "-o", place / "lake.jpg") as screen:
        screen.expect("write over it")
        screen.type("y")
        assert screen.end() == DONE, screen.text
    assert not (place / "lake.jpg").is_symlink() and (place / "lake.jpg").read_bytes() == file.read_bytes()
    assert victim.read_text() == "precious"
    ada.refused("CANNOT_SAVE", "attachment", "save", entry, "-o", house.folder / "no such" / "folder.jpg")
    assert sorted(one.name for one in place.iterdir()) == ["lake (2).jpg", "lake (3).jpg", "lake.jpg"], "nothing half is left"


@fact
def whoever_exchanges_names_while_something_is_saved_gains_nothing(house):
    ada = house.resident("Ada")
    file = file_of(house, "raced.bin", 1000)
    entry = ada.write("against the clock", "--attach", file)["id"]
    place, victim = house.folder / "race", house.folder / "victim"
    place.mkdir()
    victim.write_text("precious")
    done, turns = threading.Event(), [0]

    def attacker():
        name = place / "raced.bin"
        while not done.is_set():
            try:
                name.symlink_to(victim)
                os.unlink(name)
            except OSError:
                pass
            turns[0] += 1

    thread = threading.Thread(target=attacker)
    thread.start()
    try:
        for _ in range(30):
            ada.duolog("attachment", "save", entry, "-o", place)
    finally:
        done.set()
        thread.join()
    assert turns[0] > 100, "nobody raced"
    assert victim.read_text() == "precious"
    saved = [one for one in place.iterdir() if one.is_file() and not one.is_symlink()]
    assert saved and all(one.read_bytes() == file.read_bytes() for one in saved)


@fact
def what_is_no_ordinary_file_is_refused_before_anything_is_written(house):
    ada = house.resident("Ada")
    place = house.folder / "odd"
    place.mkdir()
    os.mkfifo(place / "pipe")
    with (place / "huge").open("wb") as huge:
        huge.truncate((1 << 30) + 1)
    for odd in (place, place / "pipe", place / "huge", place / "missing", pathlib.Path("/dev/zero")):
        ada.refused("CANNOT_ATTACH", "write", "--attach", odd, "--", "words that wait")
    ada.refused("USAGE", "write", "--attach", "-", "--", "words that wait", expect=USAGE)
    ada.refused("USAGE", "write", "--attach", place, "--open-on", "tomorrow", "--", "words that wait", expect=USAGE)
    assert ada.list() == [] and not chunks(ada)


# ---- looked at ----


def opener(house, person, script):
    folder = house.folder / "bin"
    folder.mkdir(exist_ok=True)
    program = folder / "xdg-open"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    person.environment["PATH"] = f"{folder}:{person.environment['PATH']}"


@fact
def what_is_opened_lies_in_memory_and_is_gone_afterwards(house):
    ada = house.resident("Ada")
    file = file_of(house, "song.ogg", 300_000)
    entry = ada.write("listen to this one", "--attach", file)["id"]
    seen = house.folder / "seen"
    opener(house, ada, f'cp "$1" {seen}; stat -c "%a %n" "$1" "$(dirname "$1")" > {seen}.stat')
    with ada.terminal("attachment", "open", entry) as screen:
        screen.expect("Enter takes it away")
        lines = dict(reversed(line.split(" ", 1)) for line in pathlib.Path(f"{seen}.stat").read_text().splitlines())
        (copy,) = [pathlib.Path(name) for name in lines if name.endswith("song.ogg")]
        assert lines[str(copy)] == "600" and lines[str(copy.parent)] == "700", lines
        assert copy.parent.name.startswith("duolog-look-") and copy.exists()
        screen.type("")
        assert screen.end() == DONE, screen.text
    assert seen.read_bytes() == file.read_bytes()
    assert not copy.parent.exists()
    with ada.terminal("attachment", "open", entry) as screen:
        screen.expect("Enter takes it away")
        os.kill(screen.pid, 15)
        screen.end()
    assert not list(pathlib.Path("/dev/shm").glob("duolog-look-*")), "also where it is told to stop"


@fact
def what_may_run_is_not_opened_without_being_asked(house):
    ada = house.resident("Ada")
    opened = house.folder / "opened"
    opener(house, ada, f"touch {opened}")
    for name in ("page.html.", "a" * 195 + ".html" + "x" * 20, "page", "page.html"):
        entry = write_by_hand(ada, "a page", [name])
        ada.refused("MAY_RUN", "attachment", "open", entry)
    with ada.terminal("attachment", "open", entry) as screen:
        screen.expect("may do more than show something")
        screen.type("")
        assert screen.end() == FAILED
    assert not opened.exists()


@fact
def what_is_asked_for_wrongly_is_answered_with_what_there_is(house):
    ada = house.resident("Ada")
    bare = ada.write("nothing with this one")["id"]
    entry = write_by_hand(ada, "two", ["one.txt", "two.txt"])
    ada.refused("NO_SUCH_ATTACHMENT", "attachment", "save", bare, expect=NOT_FOUND)
    ada.refused("NO_SUCH_ATTACHMENT", "attachment", "save", entry, "3", expect=NOT_FOUND)
    ada.refused("NOT_FOUND", "attachment", "save", "ffffffff", expect=NOT_FOUND)
    ada.refused("USAGE", "attachment", "save", expect=USAGE)
    ada.refused("USAGE", "attachment", "open", entry, expect=USAGE)
    ada.refused("USAGE", "attachment", "save", entry, "-o", "one.bin", expect=USAGE)
    assert ada.duolog("attachment", "list", bare).text == "no attachments\n"
