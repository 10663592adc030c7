"""What another program kept comes in once, whole, and says what of it could not."""
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import time
import warnings

import foreign
from house import NIGHTLY, eventually, fact
from person import FAILED, NOT_FOUND, USAGE

warnings.filterwarnings("ignore", message="Duplicate name")


def imported(person, *words, **how):
    return person.duolog("--json", "import", *words, "--yes", **how).object


@fact
def a_dry_run_says_what_would_come_of_it_and_writes_nothing(house):
    ada = house.resident("Ada")
    place = foreign.Shelf(house).put("j.zip", foreign.day_one(
        foreign.day_one_entry(1, location={"placeName": "Hotel Sacher"}, weather={"conditionsDescription": "Fog"}),
        foreign.day_one_entry(2, starred=True), {"uuid": "3", "text": "no date"}))
    shown = ada.duolog("import", "day-one", place, "--dry-run").text
    for said in ("found 2 entries", "places: Hotel Sacher", "the weather: Fog", "starred entries", "entries without a date",
                 "nothing was written; 2 would be"):
        assert said in shown, f"{said!r} is not in {shown}"
    assert ada.texts() == []
    told = ada.duolog("--json", "import", "day-one", place, "--dry-run").object
    assert told["written"] == 2 and told["dry_run"] and told["not_understood"][0]["what"] == "entries without a date"


@fact
def an_import_keeps_days_zones_and_tags_and_a_second_one_writes_nothing(house):
    ada = house.resident("Ada")
    house.secrets.text("entry number 7 - a walk", "an imported text")
    house.secrets.text("long-walks", "an imported tag")
    place = foreign.Shelf(house).put("j.zip", foreign.day_one(*(
        foreign.day_one_entry(n, tags=["long walks"]) for n in range(10)), photos__x="not a photo"))
    first = imported(ada, "day-one", place)
    assert first["written"] == 10 and first["visibility"] == "private", first
    item = next(i for i in ada.list() if "number 7 " in i["text"])
    assert item["text"] == "entry number 7 - a walk." and item["tags"] == ["long-walks"], item
    assert item["on"] == "2023-05-08T22:30:00+02:00" and item["visibility"] == "private" and item["source"], item
    again = imported(ada, "day-one", place)
    assert (again["written"], again["already_there"]) == (0, 10), again
    ada.restart()
    assert imported(ada, "day-one", place)["already_there"] == 10
    assert len(ada.list()) == 10


@fact
def nothing_that_is_imported_becomes_shared_by_itself(house):
    ada, bo = house.two()
    shelf = foreign.Shelf(house)
    mine = shelf.put("mine.txt", "2023-05-01\nwhat nobody else shall read\n")
    ours = shelf.put("ours.txt", "2023-05-02\nwhat both of us may read\n")
    assert imported(ada, "text", mine)["visibility"] == "private"
    assert imported(ada, "text", ours, "-j", "Bo")["visibility"] == "shared"
    eventually("it is there", lambda: "what both of us may read" in bo.texts())
    assert bo.texts() == ["what both of us may read"]
    ada.refused("NO_SUCH_JOURNAL", "import", "text", ours, "-j", "Nobody", "--yes", expect=NOT_FOUND)


@fact
def an_import_asks_before_it_writes(house):
    ada = house.resident("Ada")
    place = foreign.Shelf(house).put("a.txt", "2023-05-01\nsome words of that day\n")
    ada.duolog("import", "text", place, expect=USAGE)
    assert ada.texts() == []
    with ada.terminal("import", "text", place) as screen:
        screen.expect("for you alone; import it?")
        screen.press(b"\r")
        assert screen.end() == 0 and "imported 1" in screen.text, screen.text
    assert ada.texts() == ["some words of that day"]


@fact
def an_archive_that_means_harm_is_refused_whole(house):
    ada = house.resident("Ada")
    shelf = foreign.Shelf(house)
    for name, content in foreign.hostile_archives().items():
        place = shelf.put(f"{name}.zip", content)
        began = time.monotonic()
        said = ada.refused("BAD_FILE", "import", "day-one", place, "--yes")
        assert time.monotonic() - began < 20, name
        assert ada.texts() == [], name
    assert not (house.folder / "evil.json").exists() and not pathlib.Path("/tmp/evil.json").exists()
    for words in (["day-one", shelf / "nothing.zip"],):
        ada.refused("BAD_FILE", "import", *words, "--yes", expect=NOT_FOUND)


@fact
def foreign_names_and_texts_never_reach_the_terminal_as_they_are(house):
    ada = house.resident("Ada")
    place = foreign.Shelf(house).put("j.zip", foreign.day_one(
        foreign.day_one_entry(1, location={"placeName": "\x1b]0;owned\x07"}, **{"\x1b[2Jkey": "\x1b[31m"})))
    for extra in ([], ["--dry-run"]):
        said = ada.duolog("import", "day-one", place, "--yes", *extra)
        assert b"\x1b" not in said.out + said.err and b"\x07" not in said.out + said.err, said.out


@fact
def an_import_that_is_killed_goes_on_where_it_was(house):
    ada = house.resident("Ada")
    count = 20_000 if NIGHTLY else 6_000
    place = foreign.Shelf(house).put("j.txt", "".join(f"[2020-01-01 {n // 60 % 24:02d}:{n % 60:02d}] word {n}\n\n" for n in range(count)))
    running = ada.lines("--json", "import", "jrnl", place, "--yes")
    eventually("some of it is there", lambda: ada.status()["journals"][0]["entries"] > 500, 60)
    ada.kill()
    assert running.end() == FAILED or running.process.returncode == 3
    ada.start()
    before = ada.status()["journals"][0]["entries"]
    assert 0 < before < count and before % 1000 == 0, f"{before}: whole batches, and not all of them"
    rest = imported(ada, "jrnl", place, seconds=200)
    assert (rest["written"], rest["already_there"]) == (count - before, before), rest


@fact
def a_long_diary_is_read_whole_on_the_other_side(house):
    ada, bo = house.two()
    count = 3_000
    texts = [f"day {n}: and so to bed, \u201cas it were\u201d \U0001f33f\n\na second paragraph of {n}" for n in range(count)]
    place = foreign.Shelf(house).put("j.txt", "".join(
        f"[{2000 + n // 336}-{n // 28 % 12 + 1:02d}-{n % 28 + 1:02d} 21:00] {text}\n\n" for n, text in enumerate(texts)))
    assert imported(ada, "jrnl", place, "-j", "Bo", seconds=200)["written"] == count
    eventually("both hold it", lambda: ada.duolog("sync", "--wait", "--json", seconds=200).object["complete"], 200)
    eventually("Bo has read all of it in", lambda: len(bo.texts()) == count, 100)
    assert bo.texts() == texts
