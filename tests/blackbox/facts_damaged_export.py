"""What a damaged disk has left can be carried out of the house, in every form, and what is missing is counted."""
# SPDX-License-Identifier: GPL-3.0-or-later
import json

import foreign
from facts_keep import rot
from house import fact
from pen import Pen, texts
from person import FAILED

FORMS = {"json": "out.json", "markdown": "notes", "keepsake": "book.html"}


def forget_the_view(person):
    """What is folded already is not read from the log again."""
    for file in person.home.glob("view.*"):
        file.unlink()


def carried_out(person, form):
    """What `duolog export` says, and all that it wrote."""
    place = foreign.Shelf(person.house) / FORMS[form]
    told = person.duolog("--json", "export", form, place, "--yes").object
    files = [place] if place.is_file() else [file for file in place.rglob("*") if file.is_file()]
    return told, "".join(file.read_text() for file in files)


@fact
def what_rot_has_left_of_a_journal_is_exported_and_what_it_has_taken_is_counted(house):
    ada = house.resident("Ada")
    pages = [f"page {n} of the book, {'longer than the others, ' * 200 if n % 4 == 0 else ''}and its end" for n in range(12)]
    for page in pages:
        ada.write(page)
    ada.stop()
    forget_the_view(ada)
    assert rot(ada, 3) == 3
    ada.start()
    left = [page for n, page in enumerate(pages) if n % 4]
    assert [text for text in texts(ada) if text] == left, "three are lost, and they are the long ones"
    assert "damaged" in ada.warnings()
    for form in FORMS:
        told, text = carried_out(ada, form)
        assert told["left_out"]["unreadable"] == 3 and told["items"] == len(left), told
        assert all(page in text for page in left) and "longer than the others" not in text, form
    said = " ".join(ada.duolog("export", "json", foreign.Shelf(house) / "again.json").text.split())
    assert "left out: 3 entries that cannot be read here" in said, said


@fact
def a_journal_whose_log_is_damaged_and_takes_no_word_is_exported_all_the_same(house):
    ada = house.resident("Ada")
    ada.restart()
    pen = Pen(ada)
    pen.open()
    for page in range(12):
        pen.write(f"page {page} of the book " + "word " * 100)
    ada.kill()
    forget_the_view(ada)
    log = ada.home / "duolog.db-wal"
    content = bytearray(log.read_bytes())
    middle = len(content) // 2
    content[middle:middle + 1024] = bytes(byte ^ 0xff for byte in content[middle:middle + 1024])
    log.write_bytes(content)
    ada.start()
    left = texts(ada)
    assert left == pen.saved[:len(left)] and 0 < len(left) < len(pen.saved), left
    assert "cannot-write" in ada.warnings()
    for form in FORMS:
        told, text = carried_out(ada, form)
        assert told["items"] == len(left) and all(page.strip() in text for page in left), form
    exported = json.loads((foreign.Shelf(house) / FORMS["json"]).read_text())
    assert [item["text"] for item in exported["items"]] == left
    assert str(log) in ada.duolog("doctor", expect=FAILED).said, "that some is missing is told by the doctor"
