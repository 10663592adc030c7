"""A disk without room for what is more than a line: a file, an archive, an export. Told, nothing half there, and gone on with."""
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import shutil

import disks
import foreign
from facts_attachments import MARKER, chunks, content, file_of, saved_bytes
from facts_full_disk import FULL, draft_of, fill, forget, on_a_small_disk
from house import eventually, fact
from pen import Pen

MIB = 1 << 20
KEPT_FREE = "less than 64 MiB would stay free on the disk of"  # by files, so that there is always room for words


def with_little_room(house, size):
    ada, disk = on_a_small_disk(house, "Ada", size=size)
    ada.start()
    ada.init()
    ada.write("kept while there was room")
    return ada, disk


@fact
def a_file_for_which_there_is_no_room_is_told_and_the_words_beside_it_are_kept(house):
    ada, disk = with_little_room(house, "72m")
    file, pid = file_of(house, "film.mkv", 16 * MIB), ada.daemon.pid
    text = "the words beside a film for which there was no room"
    house.secrets.text(text, "a text")
    for words, stdin in ((["--", text], b""), ([], text.encode())):
        refused = ada.refused("NOT_SAVED", "write", "--attach", file, *words, stdin=stdin)
        assert KEPT_FREE in refused.said and "what was saved before is safe" in refused.said, refused.said
        assert "(and --attach as before)" in refused.said, refused.said
        draft = draft_of(refused)
        assert draft.read_text() == text
        eventually("no piece of it is left", lambda: not chunks(ada))
        assert text not in ada.texts() and ada.daemon.pid == pid
        ada.write(f"and words for which there is, {len(stdin)}")
        assert "cannot-write" not in ada.warnings()
        forget(draft)
    assert len(ada.texts()) == 3
    disk.becomes("size=200m")
    entry = ada.write(text, "--attach", file)["id"]
    assert saved_bytes(ada, entry, 1, house) == file.read_bytes()


@fact
def an_archive_for_which_there_is_no_room_comes_in_by_whole_batches_and_goes_on_once_there_is(house):
    ada, disk = with_little_room(house, "4m")
    count, pid = 6000, ada.daemon.pid
    house.secrets.text("a day like any other", "an imported text")
    place = foreign.Shelf(house).put("j.txt", "".join(
        f"[20{n // 372 + 10:02d}-{n // 31 % 12 + 1:02d}-{n % 28 + 1:02d} {n // 28 % 24:02d}:{n // 600:02d}] number {n}, "
        f"{'a day like any other, ' * 12}\n\n" for n in range(count)))
    refused = ada.refused("NOT_SAVED", "import", "jrnl", place, "--yes", seconds=100)
    assert FULL in refused.said and "what was imported until then is saved" in refused.said, refused.said
    assert "the same command goes on with the rest" in refused.said, refused.said
    before = len(ada.list())
    assert 0 < before - 1 < count and (before - 1) % 1000 == 0, f"{before}: whole batches, and not all of them"
    disk.becomes("size=64m")
    told = ada.duolog("--json", "import", "jrnl", place, "--yes", seconds=100).object
    assert (told["written"], told["already_there"], told["refused"]) == (count - before + 1, before - 1, 0), told
    assert len(ada.list()) == count + 1 and ada.daemon.pid == pid


@fact
def pictures_for_which_there_is_no_room_keep_no_half_entry(house):
    ada, disk = with_little_room(house, "72m")
    house.secrets.text(MARKER, "a part of a photograph")
    entries, files, pictures = [], {}, [content(3 * MIB, seed) for seed in range(6)]
    for n, picture in enumerate(pictures):
        about, file = foreign.photo(picture, f"{n:032X}")
        entries.append(foreign.day_one_entry(n, text=f"entry number {n} .", photos=[about]))
        files |= file
    place = foreign.Shelf(house).put("j.zip", foreign.day_one(*entries, **files))
    refused = ada.refused("NOT_SAVED", "import", "day-one", place, "--yes")
    assert KEPT_FREE in refused.said and "the same command goes on with the rest" in refused.said, refused.said
    assert ada.texts() == ["kept while there was room"]
    eventually("what no entry names is gone", lambda: not chunks(ada))
    disk.becomes("size=200m")
    told = ada.duolog("--json", "import", "day-one", place, "--yes").object
    assert (told["written"], told["attached"]) == (6, 6), told
    for item in ada.list():
        if "number" in item["text"]:
            n = int(item["text"].split("number ")[1].split()[0])
            assert saved_bytes(ada, item["id"], 1, house) == pictures[n], n


@fact
def an_export_for_which_there_is_no_room_leaves_nothing_half_written_and_is_made_once_there_is(house):
    """Without room for its first byte, and for all but the beginning."""
    ada, count = house.resident("Ada"), 40
    pen = Pen(ada)
    pen.open()
    for number in range(count):
        pen.write(f"entry {number} " + "long enough to fill a small disk " * 150)
    disk = disks.Small(house, "exports", size="64k")
    places = {form: disk.folder / name for form, name in (("json", "out.json"), ("keepsake", "out.html"), ("markdown", "out"))}

    def is_refused(form):
        before = os.listdir(disk.folder)
        refused = ada.refused("NOT_WRITTEN", "export", form, places[form])
        assert "No space left" in refused.said and "nothing half-written is left" in refused.said, refused.said
        assert "your journal is as it was; make room on that disk" in refused.said, refused.said
        assert os.listdir(disk.folder) == before, f"{form} has left {os.listdir(disk.folder)}"

    for form in places:
        fill(disk.folder)
        assert shutil.disk_usage(disk.folder).free == 0, "there is room for its first byte"
        is_refused(form)
        (disk.folder / "filler").unlink()
        assert shutil.disk_usage(disk.folder).free == 64 << 10, "there is no room to begin"
        is_refused(form)
    assert len(ada.list()) == count and "cannot-write" not in ada.warnings()
    disk.becomes("size=16m")
    for form, place in places.items():
        assert ada.duolog("--json", "export", form, place).object["items"] == count
    assert len(json.loads(places["json"].read_text())["items"]) == count
    (day,) = places["markdown"].rglob("*.md")
    for text in (places["keepsake"].read_text(), day.read_text()):
        assert all(f"entry {number} long" in text for number in range(count))
