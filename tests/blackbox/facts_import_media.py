"""Pictures of other programs' journals: with their entries, whole, once, and from nowhere else."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import signal

import foreign
from facts_attachments import MARKER, chunks, content, is_whole, saved_bytes, sizes_here
from facts_import import imported
from house import eventually, fact
from person import FAILED, UNREACHABLE

MIB = 1 << 20


def journal(house, count, size, seed=1):
    """A ZIP with so many entries, each with one photograph of its own; and the photographs."""
    house.secrets.text(MARKER, "a part of a photograph")
    entries, files, pictures = [], {}, []
    for n in range(count):
        pictures.append(content(size, seed + n))
        about, file = foreign.photo(pictures[-1], f"{n:032X}")
        entries.append(foreign.day_one_entry(n, text=f"entry number {n} ![](dayone-moment://{n:032X})", photos=[about]))
        files |= file
    return foreign.day_one(*entries, **files), pictures


def entry_with(person, words):
    return next(item["id"] for item in person.list() if words in item["text"])


@fact
def photographs_of_an_archive_are_read_whole_on_the_other_side_and_come_once(house):
    ada, bo = house.two()
    house.secrets.text(MARKER, "a part of a photograph")
    house.secrets.text("from-the-lake", "a photograph's name")
    lake, hum, plan = content(700_001, 1), content(1, 2), content(300_000, 3)
    about, files = foreign.photo(lake, "A1", filename="from-the-lake.HEIC", orderInEntry=1)
    files |= {"audios/bb.m4a": hum, "pdfs/cc.pdf": plan}
    one = foreign.day_one_entry(1, text="a day ![](dayone-moment://A1) at ![](dayone-moment:/audio/B1)", photos=[about],
                                audios=[{"md5": "bb", "identifier": "B1", "format": "aac", "orderInEntry": 0}],
                                pdfAttachments=[{"md5": "cc", "pdfName": "plan.pdf"}])
    again, _ = foreign.photo(lake, "A2")
    two = foreign.day_one_entry(2, text="the same picture ![](dayone-moment://A2)", photos=[again, {"md5": "gone"}])
    place = foreign.Shelf(house).put("j.zip", foreign.day_one(one, two, **files))
    told = imported(ada, "day-one", place, "-j", "Bo")
    assert (told["written"], told["attachments"], told["attached"]) == (2, 4, 4), told
    assert told["attachment_bytes"] == 2 * len(lake) + len(hum) + len(plan), told
    assert [(one["what"], one["samples"]) for one in told["not_kept"]] == [("photographs whose file is not there", ["gone"])], told
    eventually("Bo has both and what goes with them", lambda: len(bo.texts()) == 2 and all(
        is_whole(bo, item["id"]) for item in bo.list()))
    assert sorted(bo.texts()) == ["a day [from-the-lake.jpeg] at [recording-1.m4a]", "the same picture [photo-1.jpeg]"]
    for person in (ada, bo):
        entry = entry_with(person, "a day")
        for number, bytes_ in enumerate((hum, lake, plan), 1):
            assert saved_bytes(person, entry, number, house) == bytes_, number
        assert saved_bytes(person, entry_with(person, "the same"), 1, house) == lake
    before = chunks(ada)
    told = imported(ada, "day-one", place, "-j", "Bo")
    assert (told["written"], told["already_there"], told["attached"]) == (0, 2, 0), told
    assert chunks(ada) == before and len(ada.texts()) == 2


@fact
def a_dry_run_counts_pictures_and_sends_none(house):
    ada = house.resident("Ada")
    archive, _ = journal(house, 3, 5000)
    place = foreign.Shelf(house).put("j.zip", archive)
    shown = ada.duolog("import", "day-one", place, "--dry-run").text
    assert "with 3 attachments (14.6 KiB)" in shown and "3 would be, with 3 attachments" in shown, shown
    assert chunks(ada) == {} and ada.texts() == []
    shown = ada.duolog("import", "day-one", place, "--yes", "--no-media").text
    assert "photographs, left out as --no-media says" in shown and "attachments" not in shown, shown
    assert chunks(ada) == {} and "entry number 1 [photo]" in ada.texts()


@fact
def pictures_of_a_folder_of_notes_come_with_them_and_nothing_from_outside_does(house):
    ada = house.resident("Ada")
    house.secrets.text(MARKER, "a part of a picture")
    shelf, inside = foreign.Shelf(house), content(300_000, 1)
    outside = shelf.put("outside.png", content(5000, 2))
    shelf.put("notes/daily/2024-05-01.md", "a walk ![[lake.png]] ![](../pics/lake.png) ![](../../outside.png) "
              f"![]({outside}) ![](../link.png) ![](../up/outside.png)")
    shelf.put("notes/pics/lake.png", inside)
    os.symlink(outside, shelf / "notes/link.png")
    os.symlink(shelf.folder, shelf / "notes/up")
    told = imported(ada, "markdown", shelf / "notes")
    assert (told["written"], told["attached"], told["attachment_bytes"]) == (1, 1, 300_000), told
    assert told["not_kept"] == [{"what": "pictures and files that are not in the folder", "count": 4,
                                 "samples": ["../../outside.png", str(outside)[:80], "../link.png"]}], told
    (item,) = ada.list()
    assert "![[lake.png]]" in item["text"] and sizes_here(ada, item["id"]) == [(300_000, 300_000)]
    assert saved_bytes(ada, item["id"], 1, house) == inside


@fact
def a_picture_that_has_rotted_in_the_archive_keeps_no_entry_out(house):
    ada = house.resident("Ada")
    archive, pictures = journal(house, 3, 300_000)
    at = archive.index(b"photos/")  # of the first photograph its name, then its bytes, packed
    rotten = bytearray(archive)
    rotten[at + 100_000] ^= 0xFF
    told = imported(ada, "day-one", foreign.Shelf(house).put("j.zip", bytes(rotten)))
    assert (told["written"], told["attached"]) == (3, 2), told
    assert told["not_understood"][0]["what"] == "pictures and files that cannot be read", told
    assert len(chunks(ada)) == 4
    for n in (1, 2):
        assert saved_bytes(ada, entry_with(ada, f"number {n} "), 1, house) == pictures[n]


def cut_off(house, ada, stop):
    """An import that is cut off in its second batch, by stop(the command). The archive, and its photographs."""
    house.secrets.text(MARKER, "a part of a photograph")
    pictures = [content(600, seed) for seed in range(64)] + [content(12 * MIB, 64)]
    entries, files = [], {}
    for n, picture in enumerate(pictures):
        about, file = foreign.photo(picture, f"{n:032X}")
        entries.append(foreign.day_one_entry(n, text=f"entry number {n} .", photos=[about]))
        files |= file
    place = foreign.Shelf(house).put("j.zip", foreign.day_one(*entries, **files))
    running = ada.lines("--json", "import", "day-one", place, "--yes")
    eventually("the second batch is under way", lambda: len(chunks(ada)) > 64 + 3, 60)
    stop(running)
    return place, pictures


def goes_on(house, ada, place, pictures):
    assert len(ada.list()) == 64, "the first batch, and nothing of the second"
    eventually("what no entry names is gone", lambda: len(chunks(ada)) == 64)
    told = imported(ada, "day-one", place, seconds=100)
    assert (told["written"], told["already_there"], told["attached"]) == (1, 64, 1), told
    assert len(chunks(ada)) == 64 + 48
    for n in (0, 63, 64):
        assert saved_bytes(ada, entry_with(ada, f"number {n} "), 1, house) == pictures[n], n


@fact
def an_import_whose_daemon_is_killed_between_pictures_leaves_none_behind_and_goes_on(house):
    ada = house.resident("Ada")

    def stop(running):
        ada.kill()
        assert running.end() in (FAILED, UNREACHABLE), running.err

    place, pictures = cut_off(house, ada, stop)
    assert len(chunks(ada)) > 64
    ada.start()
    goes_on(house, ada, place, pictures)


@fact
def an_import_that_is_killed_itself_leaves_no_picture_behind_and_goes_on(house):
    ada = house.resident("Ada")

    def stop(running):
        running.process.send_signal(signal.SIGKILL)
        running.end()

    place, pictures = cut_off(house, ada, stop)
    goes_on(house, ada, place, pictures)
