"""The view of a real home: damaged anywhere or older than the log, it is found out and folded anew, and nobody is told it."""
# SPDX-License-Identifier: GPL-3.0-or-later
import random
import shutil

from facts_damage import BLOCK, SEED
from faults import many
from house import eventually, fact
from pen import Pen, texts
from person import DONE

VIEW = ("view.db", "view.clean")
ANEW = "the view is folded anew"


class Reader:
    """Ada, who has stopped in order: what she kept is in the view, and the view says that it is whole."""

    def __init__(self, house):
        self.person = house.resident("Ada")
        pen = Pen(self.person)
        pen.open()
        for page in range(12):
            pen.write(f"page {page} of the book, {'by the harbour ' * 8}")
        self.saved = pen.saved
        eventually("it is indexed", lambda: self.finds("harbour") == self.saved)
        self.person.stop()
        self.place = house.folder / "view"
        self.place.mkdir()
        self.keep()

    def keep(self):
        for name in VIEW:
            shutil.copyfile(self.person.home / name, self.place / name)

    def put_back(self):
        for name in VIEW:
            shutil.copyfile(self.place / name, self.person.home / name)
            (self.person.home / name).chmod(0o600)
        (self.person.home / "notes.log").unlink(missing_ok=True)

    def finds(self, words):
        return [hit["text"] for hit in reversed(self.person.json("search", words))]

    def is_told_whole(self, where):
        """Whether the view that lay there had to go for that."""
        ada = self.person
        ada.start()
        assert texts(ada) == self.saved, f"{where}: {texts(ada)}"
        assert eventually(f"{where}: it is found", lambda: self.finds("harbour") == self.saved)
        assert self.finds("harbor") == []
        eventually(f"{where}: nothing is wrong", lambda: set(ada.warnings()) <= {"words-unconfirmed"})
        ada.stop()
        return ANEW in (ada.home / "notes.log").read_text()


@fact
def a_view_that_is_damaged_in_any_block_is_folded_anew_and_every_word_is_found(house):
    reader, chance = Reader(house), random.Random(SEED)
    reader.put_back()
    assert not reader.is_told_whole("as it was"), "else every start folds anew, and this fact shows nothing"
    anew = 0
    for name in VIEW:
        content = (reader.place / name).read_bytes()
        places = range(0, len(content), BLOCK)
        for at in list(places)[::many(max(1, len(places) // 10), 1)]:
            reader.put_back()
            length = min(BLOCK, len(content) - at)
            block = chance.randbytes(length) if (at // BLOCK) % 2 else bytes(length)
            (reader.person.home / name).write_bytes(content[:at] + block + content[at + length:])
            anew += reader.is_told_whole(f"{name} at {at}")
        for length in (0, len(content) // 2):
            reader.put_back()
            (reader.person.home / name).write_bytes(content[:length])
            assert reader.is_told_whole(f"{name}, cut to {length}")
        reader.put_back()
        (reader.person.home / name).unlink()
        assert reader.is_told_whole(f"{name} is missing")
    print(f"folded anew over {anew} damaged blocks")
    assert anew >= many(6, 60), anew
    assert reader.person.starts() and reader.person.duolog("doctor").code == DONE


@fact
def an_older_view_that_is_put_back_brings_nothing_back(house):
    """With its own mark it is whole, only older: what was changed, taken back and written since is so all the same."""
    reader = Reader(house)
    ada = reader.person
    ada.start()
    first, second, third = (item["id"] for item in ada.list()[:3])
    house.secrets.text("page 0 as it was changed, by the harbour", "an edit")
    ada.duolog("edit", first, "page 0 as it was changed, by the harbour")
    ada.duolog("delete", second, "--yes")
    ada.duolog("edit", third, "--no-tags", "--mood", "4")
    newer = ada.write("written since, by the harbour")["id"]
    ada.stop()
    for how in (VIEW, VIEW[:1]):  # with its mark, and under the newer one
        newest = {name: (ada.home / name).read_bytes() for name in VIEW}
        for name in how:
            shutil.copyfile(reader.place / name, ada.home / name)
        (ada.home / "notes.log").unlink()
        ada.start()
        wanted = ["page 0 as it was changed, by the harbour", "", *reader.saved[2:], "written since, by the harbour"]
        assert texts(ada) == wanted, (how, texts(ada))
        eventually("it is found as it is now", lambda: reader.finds("harbour") == [text for text in wanted if text])
        shown = {id_: ada.duolog("show", id_, "--json").object for id_ in (first, second, third, newer)}
        assert shown[first]["version_count"] == 2 and shown[second]["kind"] == "taken back", shown
        assert shown[third]["mood"] == 4 and shown[newer]["text"] == wanted[-1], shown
        assert ANEW in (ada.home / "notes.log").read_text() or how == VIEW
        ada.stop()
        for name, content in newest.items():
            (ada.home / name).write_bytes(content)
