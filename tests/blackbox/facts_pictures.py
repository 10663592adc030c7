"""What is attached, on its way out: the same bytes, under names that do no harm, in a book that loads nothing else."""
# SPDX-License-Identifier: GPL-3.0-or-later
import base64
import json
import re
import stat
import struct
import urllib.parse

import foreign
import picture
from facts_attachments import file_of, is_whole, with_one_who_asks, write_by_hand
from facts_export import Page, exported
from house import eventually, fact
from person import DONE, FAILED, USAGE

SHOWN = re.compile(r'src="(data:image/(?:jpeg|png|gif|webp);base64,[A-Za-z0-9+/]+=*|pictures/[0-9]+\.(?:jpg|png|gif|webp))"')
LINK = re.compile(r"\]\((attachments/[^)\s]+)\)")


def photograph(house, name, side=40, seed=1):
    """A real picture, a secret of the fact, that any browser shows."""
    place = house.folder / "files"
    place.mkdir(exist_ok=True)
    rows = [[(x * y * seed) % 7 < 3 for x in range(side)] for y in range(side)]
    picture.write_png(place / name, rows)
    house.secrets.text((place / name).read_bytes()[40:90], "a part of a photograph")
    return place / name


def both_attach(house):
    """Ada and Bo, a photograph and another file of each under one day, and what Bo keeps between the two."""
    ada, bo = house.two()
    lake, notes = photograph(house, "the lake.png"), file_of(house, "notes.pdf", 600_001, seed=2)
    entry = ada.write("at the lake, before the rain", "--on", "2026-05-01", "--attach", lake, "--attach", notes)["id"]
    lake_of_bo = photograph(house, "lake of Bo.png", seed=3)
    lake_of_bo = lake_of_bo.rename(lake_of_bo.parent / "bo.png")
    theirs = bo.write("and this is how I saw it", "--on", "2026-05-01", "--attach", lake_of_bo)["id"]
    kept = photograph(house, "between.png", seed=5)
    secret = bo.write("for your eyes alone, this one", "--between-us", "--attach", kept)["id"]
    for one in (theirs, secret):
        eventually("Ada has what Bo attached", lambda one=one: is_whole(ada, one))
    eventually("and Bo what Ada did", lambda: is_whole(bo, entry))
    return ada, bo, lake, notes, lake_of_bo, kept


def tame(text):
    """The page of a keepsake, in which nothing has an address but pictures, and each of those only what it may."""
    page = Page(text)
    assert not {"script", "iframe", "link", "object", "embed", "form", "base", "audio", "video"} & set(page.tags), page.tags
    for tag, name, value in page.attributes:
        assert not name.startswith("on") and name not in ("srcset", "action", "style", "data"), (tag, name, value)
        assert name != "href" or value.startswith("#"), value
        assert name != "src" or (tag == "img" and SHOWN.fullmatch(f'src="{value}"')), (tag, value[:200])
        assert tag != "img" or name in ("src", "alt", "width", "height"), name
    assert not re.search(r"url\(|@import|expression\(", text) and "default-src 'none'" in text
    return page


@fact
def as_markdown_attached_files_lie_beside_their_day_byte_for_byte(house):
    ada, _, lake, notes, lake_of_bo, kept = both_attach(house)
    place = foreign.Shelf(house) / "notes"
    told = exported(ada, "markdown", place)
    assert told["attachments"] == {"copied": 3, "named": 0, "not_here": 0, "garbled": 0}, told
    day = place / "2026" / "2026-05-01.md"
    text = day.read_text()
    linked = {urllib.parse.unquote(link): (day.parent / urllib.parse.unquote(link)).read_bytes() for link in LINK.findall(text)}
    assert linked == {f"attachments/2026-05-01/{name}": file.read_bytes()
                      for name, file in (("the lake.png", lake), ("notes.pdf", notes), ("bo.png", lake_of_bo))}, linked.keys()
    assert "![the lake.png](" in text and "attached: [notes.pdf](" in text, text
    assert not [one for one in place.rglob("*") if one.is_file() and one.read_bytes() == kept.read_bytes()]
    for path in [place, *place.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    cara = house.resident("Cara")
    cara.duolog("import", "markdown", place, "--yes")
    assert sorted(file["attachment"]["size"] for file in cara.json("attachment", "list")) == sorted(
        len(data) for data in linked.values()), "and comes in again"
    said = ada.duolog("export", "markdown", place, "--yes", "--no-attachments").text
    assert "left out: 3 attached files that are only named" in said, said
    assert not list(place.rglob("attachments")) and "attached: notes.pdf · 585.9 KiB" in day.read_text()
    exported(ada, "markdown", place, "--yes", "--mine")
    assert "bo.png" not in day.read_text() and (place / "2026/attachments/2026-05-01/the lake.png").exists()


@fact
def no_name_of_an_attached_file_leaves_the_folder_of_an_export(house):
    ada, bo = house.two()
    names = ["../../evil", "/etc/passwd", "..", ".bashrc", "CON", "a\x1b[2Jb.txt", "same.png", "SAME.png", "a](b) ![x](http:y)"]
    entry = write_by_hand(bo, "names that mean harm", names)
    eventually("Ada has them", lambda: is_whole(ada, entry))
    outside = foreign.Shelf(house)
    place = outside / "notes"
    exported(ada, "markdown", place)
    (folder,) = place.glob("*/attachments/*")
    assert len(list(folder.iterdir())) == len(names), list(folder.iterdir())
    (day,) = place.rglob("*.md")
    assert {file for file in outside.folder.rglob("*") if file.is_file()} == {day, place / ".duolog-export", *folder.iterdir()}
    lowered = [file.name.lower() for file in folder.iterdir()]
    assert len(set(lowered)) == len(names) and not any(name.startswith((".", "-")) for name in lowered), lowered
    linked = {(day.parent / urllib.parse.unquote(link)).resolve() for link in LINK.findall(day.read_text())}
    assert linked == {file.resolve() for file in folder.iterdir()}, "each is linked from its entry"
    assert "\x1b" not in day.read_text()
    exported(ada, "keepsake", outside / "book.html")
    assert "img" not in tame((outside / "book.html").read_text()).tags


@fact
def the_keepsake_shows_photographs_by_their_bytes_and_names_the_rest(house):
    ada, bo, lake, _, lake_of_bo, kept = both_attach(house)
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"
    entry = write_by_hand(bo, "a drawing of mine", ["drawing.png", "'><script>alert(1)</script>.png"], drawing)
    eventually("Ada has it", lambda: is_whole(ada, entry))
    place = foreign.Shelf(house) / "book.html"
    told = exported(ada, "keepsake", place)
    assert told["attachments"] == {"copied": 2, "named": 3, "not_here": 0, "garbled": 0} and told["place"] == str(place), told
    text = place.read_text()
    page = tame(text)
    inside = {base64.b64decode(source.split(",", 1)[1]) for source in SHOWN.findall(text)}
    assert inside == {lake.read_bytes(), lake_of_bo.read_bytes()}, [len(one) for one in inside]
    assert page.attributes.count(("img", "alt", "the lake.png")) == 1
    width, height = struct.unpack(">II", lake.read_bytes()[16:24])
    assert f'alt="the lake.png" width="{width}" height="{height}"' in text
    for named in ("attached: notes.pdf · 585.9 KiB", "attached: drawing.png", "<script>alert(1)</script>.png"):
        assert named in page.words, named
    for option in (("--mine",), ("--no-attachments",), ("--since", "2026-05-02")):
        exported(ada, "keepsake", place, "--yes", *option)
        left = {base64.b64decode(source.split(",", 1)[1]) for source in SHOWN.findall(place.read_text())}
        assert left == ({lake.read_bytes()} if option == ("--mine",) else set()), option
    assert kept.read_bytes() not in inside


@fact
def a_keepsake_in_a_folder_has_its_pictures_beside_its_page(house):
    ada, _, lake, _, lake_of_bo, _ = both_attach(house)
    shelf = foreign.Shelf(house)
    for place, options in ((f"{shelf / 'year'}/", ()), (shelf / "other.html", ("--folder",))):
        told = exported(ada, "keepsake", place, *options)
        folder = shelf / ("year" if not options else "other")
        assert told["attachments"]["copied"] == 2 and (folder / "index.html").exists(), told
        text = (folder / "index.html").read_text()
        tame(text)
        assert SHOWN.findall(text) == ["pictures/1.png", "pictures/2.png"], SHOWN.findall(text)
        assert {file.read_bytes() for file in (folder / "pictures").iterdir()} == {lake.read_bytes(), lake_of_bo.read_bytes()}
        for path in [folder, *folder.rglob("*")]:
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert not (shelf / "other.html").exists()


@fact
def more_photographs_than_a_page_takes_make_a_folder_and_that_is_said(house):
    ada = house.resident("Ada")
    small = photograph(house, "small.png")
    large = house.folder / "files" / "large.png"
    large.write_bytes(small.read_bytes()[:33] + b"\0" * (25 << 20))
    ada.write("one that is far too large", "--attach", large, "--attach", small)
    shelf = foreign.Shelf(house)
    said = ada.duolog("export", "keepsake", shelf / "book.html").text
    assert "2 photographs" in said and "too many for one page: it is a folder" in said, said
    assert not (shelf / "book.html").exists() and (shelf / "book" / "pictures" / "1.png").read_bytes() == large.read_bytes()
    ada.refused("EXISTS", "export", "keepsake", shelf / "book.html")
    assert sorted(one.name for one in shelf.folder.iterdir()) == ["book"], "nothing half-written is left"


@fact
def what_is_not_here_yet_is_named_and_the_rest_is_exported(house):
    ada, bo = with_one_who_asks(house)
    lake = photograph(house, "lake.png")
    entry = ada.write("look, the lake", "--attach", lake)["id"]
    own = photograph(house, "own.png", seed=3)
    bo.write("and a picture of mine", "--attach", own)
    eventually("Bo has the words", lambda: bo.run("show", entry).code == DONE)
    shelf = foreign.Shelf(house)
    said = bo.duolog("export", "markdown", shelf / "notes", expect=FAILED).text
    assert "1 attached file · " in said and "left out: one attached file that is not here yet" in said, said
    assert "duolog attachment save" in said, said
    (day,) = (shelf / "notes").rglob("*.md")
    assert re.search(r"^attached: lake\.png · .* · not here yet$", day.read_text(), re.MULTILINE), day.read_text()
    assert [file.read_bytes() for file in (shelf / "notes").rglob("*.png")] == [own.read_bytes()]
    told = bo.duolog("--json", "export", "keepsake", shelf / "book.html", expect=FAILED).object
    assert told["attachments"] == {"copied": 1, "named": 0, "not_here": 1, "garbled": 0}, told
    page = tame((shelf / "book.html").read_text())
    assert "attached: lake.png" in page.words and "not here yet" in page.words and page.tags.count("img") == 1
    assert "Left out: one attached file that is not here yet." in page.words
    bo.duolog("attachment", "save", entry, "-o", f"{shelf.folder}/")
    assert exported(bo, "keepsake", shelf / "book.html", "--yes")["attachments"]["copied"] == 2


@fact
def json_names_what_is_attached_and_an_import_of_it_says_so(house):
    ada, _, lake, notes, _, _ = both_attach(house)
    ada.duolog("write", "--attach", lake, stdin=b"")
    shelf = foreign.Shelf(house)
    told = exported(ada, "json", shelf / "out.json")
    assert told["attachments"] == {"copied": 0, "named": 4, "not_here": 0, "garbled": 0}, told
    items = json.loads((shelf / "out.json").read_text())["items"]
    (first,) = [item for item in items if item["text"] == "at the lake, before the rain"]
    size = len(lake.read_bytes())
    assert first["attachments"] == [
        {"name": "the lake.png", "media_type": "image/png", "size": size, "held": size},
        {"name": "notes.pdf", "media_type": "application/pdf", "size": 600_001, "held": 600_001}], first["attachments"]
    ada.refused("USAGE", "export", "json", shelf / "out.json", "--no-attachments", "--yes", expect=USAGE)
    told = ada.refused("USAGE", "export", "json", shelf / "out", "--no-attachments", "--folder", "--yes", expect=USAGE).said
    assert "leaves it out: which of them" in told and "as one file" not in told, told
    ada.refused("USAGE", "export", "json", "-", "--folder", expect=USAGE)
    cara = house.resident("Cara")
    said = cara.duolog("import", "duolog", shelf / "out.json", "--yes").said
    assert "attachments, of which this export has the names alone" in said, said
    assert "at the lake, before the rain" in cara.texts() and "" not in cara.texts(), cara.texts()


@fact
def an_export_that_is_stopped_among_attached_files_leaves_nothing(house):
    ada = house.resident("Ada")
    ada.write("a long film", "--attach", file_of(house, "film.mkv", 20 << 20))
    shelf = foreign.Shelf(house)
    with ada.terminal("export", "markdown", shelf / "notes") as screen:
        screen.expect("copying film.mkv")
        screen.press(b"\x03")
        assert screen.end() != DONE
        assert "nothing half-written is left" in screen.text, screen.text
    assert not list(shelf.folder.iterdir()), list(shelf.folder.iterdir())
