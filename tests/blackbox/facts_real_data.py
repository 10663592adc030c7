"""Other people's real journals: each comes in whole, and what a journal cannot hold of it is told, thing by thing."""
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import re

import foreign
from facts_attachments import saved_bytes
from facts_import import imported
from house import eventually, fact

JRNL = "jrnl/tests/data/journals/"
DAY_ONE = {  # as its JSON names it -> as people are told; of what is a list each counts
    "location": "places", "weather": "the weather", "music": "the music", "userActivity": "activities and steps",
    "richText": "formatting beside the text (colours, checkboxes)",
}
ABOUT_DEVICES = "notes about devices, changes and editing times"
TECHNICAL = ("modifiedDate", "editingTime", "sourceString", "creationDevice", "creationDeviceType", "creationDeviceModel",
             "creationOSName", "creationOSVersion")
# name -> format, how many entries, what of it is told to be not kept or not understood (None: counted from its JSON)
FILES = {
    "dayone/marcdonald/Dev Journal.json": ("day-one", 5, None),
    "dayone/ergebnis/Journal.json": ("day-one", 54, None),
    "dayone/ergebnis/Example.json": ("day-one", 54, None),
    "dayone/ergebnis/Empty.json": ("day-one", 0, {}),
    "dayone/ergebnis/NotValidAccordingToSchema.json": ("day-one", 1, {  # it has `photo` where others have `photos`
        ABOUT_DEVICES: 1, "places": 1, "the weather": 1, "formatting beside the text (colours, checkboxes)": 1,
        '"photo", which this version does not know': 1}),
    "dayone/marcdonald/Dev Journal One Invalid.json": ("day-one", 5, None),
    "mini-diary/jsonDayOne.json": ("day-one", 2, None),
    "mini-diary/jsonJrnl.json": ("jrnl", 2, {}),
    "mini-diary/txtDayOne.txt": ("text", 2, {}),
    "obsidian/apple-journal": ("markdown", 2, {
        **{f'"{key}" of the front matter': 1 for key in ("location", "motion-activity", "third-party-media", "contact", "state-of-mind")},
        "files that are no notes, and that no note names": 2}),
    JRNL + "basic_folder": ("jrnl", 3, {"files that are no days of a jrnl folder": 3}),
    JRNL + "basic_onefile.journal": ("jrnl", 3, {}),
    JRNL + "basic_dayone.dayone": ("day-one", 3, {ABOUT_DEVICES: 3}),
    JRNL + "dayone.dayone": ("day-one", 4, {ABOUT_DEVICES: 4, "places": 1}),
    JRNL + "bug153.dayone": ("day-one", 1, {ABOUT_DEVICES: 1, "places": 1, "the weather": 1, "entries that cannot be read": 1}),
    JRNL + "bug780.dayone": ("day-one", 0, {"entries without a word": 1}),
    JRNL + "brackets.journal": ("jrnl", 1, {}),
    JRNL + "deletion.journal": ("jrnl", 3, {}),
    JRNL + "deletion_filters.journal": ("jrnl", 5, {}),
    JRNL + "little_endian_dates.journal": ("jrnl", 2, {}),
    JRNL + "simple_jrnl-1-9-5_little_endian_dates.journal": ("jrnl", 2, {}, "--dates", "day-first"),
    JRNL + "markdown-headings-335.journal": ("jrnl", 1, {}),
    JRNL + "mostlyreadabledates.journal": ("jrnl", 3, {}),
    JRNL + "multiline.journal": ("jrnl", 1, {}),
    JRNL + "multiline-tags.journal": ("jrnl", 1, {}),
    JRNL + "simple.journal": ("jrnl", 2, {}),
    JRNL + "simple_jrnl-1-9-5.journal": ("jrnl", 2, {}),
    JRNL + "tags.journal": ("jrnl", 2, {}),
    JRNL + "tags-216.journal": ("jrnl", 1, {}),
    JRNL + "tags-237.journal": ("jrnl", 1, {}),
    JRNL + "unreadabledates.journal": ("jrnl", 1, {}),
    JRNL + "work.journal": ("jrnl", 0, {}),
}
REFUSED = {
    **{JRNL + name: "jrnl" for name in ("encrypted.journal", "basic_encrypted.journal", "encrypted_v3.journal",
                                        "encrypted_v3_legacy_header.journal", "encrypted_jrnl-1-9-5.journal")},
    "dayone/ergebnis/NotJson.json": "day-one",
    JRNL + "empty_folder": "jrnl",
    JRNL + "dayone_empty.dayone": "day-one",
}


def left_of_day_one(file):
    """What an export holds that a journal does not, counted without asking duolog; its files are not beside it."""
    left = {}

    def leave(what, count):
        if count:
            left[what] = left.get(what, 0) + count

    for entry in json.loads(file.read_text())["entries"]:
        if not isinstance(entry.get("text", ""), str):
            leave("entries whose text is none", 1)
            continue
        for key, what in DAY_ONE.items():
            value = entry.get(key) or []
            leave(what, len(value) if isinstance(value, list) else 1)
        leave(ABOUT_DEVICES, any(key in entry for key in TECHNICAL))
        for key, what in (("photos", "photographs"), ("videos", "videos"), ("audios", "recordings")):
            leave(f"{what}, which this file alone does not hold", len(entry.get(key, [])))
    return left


def told_of(report):
    return {each["what"]: each["count"] for group in ("not_kept", "not_understood") for each in report[group]}


@fact
def every_real_file_of_a_known_format_imports_and_says_what_it_leaves(house):
    data, ada = foreign.real_data(), house.resident("Ada")
    wrong = []
    for name, (format_, count, left, *options) in FILES.items():
        told = imported(ada, format_, data / name, *options, seconds=200)
        # What one file says word for word at the same minute as another is the same entry.
        if told["entries"] != count or told["written"] + told["already_there"] != count:
            wrong.append(f"{name}: {told['entries']} of {count}: {json.dumps(told)[:600]}")
        wanted = left_of_day_one(data / name) if left is None else left
        if told_of(told) != wanted:
            wrong.append(f"{name}: told to be left {told_of(told)}, not {wanted}")
        if imported(ada, format_, data / name, *options, seconds=200)["written"]:
            wrong.append(f"{name}: written twice")
    assert not wrong, "\n".join(wrong)
    before = len(ada.list())
    for name, format_ in REFUSED.items():
        assert (data / name).exists(), name
        ada.refused("BAD_FILE", "import", format_, data / name, "--yes")
    assert len(ada.list()) == before


def as_it_sounds(text):
    """Whatever its capitals, spaces that do not break and joiners that nobody sees."""
    return text.casefold().replace("\u00a0", " ").replace("\u2060", "")


@fact
def a_real_long_diary_comes_through_both_sides_equal(house):
    data = foreign.real_data()
    ada, bo = house.two()
    assert imported(ada, "jrnl", data / "pepys/pepys.jrnl.txt", "-j", "Bo", seconds=200)["written"] == 3415
    eventually("both hold it", lambda: ada.duolog("sync", "--wait", "--json", seconds=200).object["complete"], 200)
    theirs = [json.loads(line) for line in (data / "pepys/pepys-2000s.jsonl").open(encoding="utf-8")]
    eventually("Bo has read all of it in", lambda: len(bo.texts()) == 3415, 100)
    place = foreign.Shelf(house) / "out.json"
    bo.duolog("export", "json", place, "-j", "Ada", seconds=200)
    items = json.loads(place.read_text())["items"]
    assert len(items) == 3415 and all(item["author"] == "Ada" for item in items)
    plain = lambda text: " ".join(text.split())
    wanted = sorted((f"{one['date']}T{one['time']}", plain(one["text"])) for one in theirs if one.get("date"))
    found = {(item["on"][:16], plain(item["text"])) for item in items}
    missing = [one for one in wanted if one not in found]
    assert not missing, f"{len(missing)} of {len(wanted)}: {missing[:2]}"
    for someone in (ada, bo):
        eventually(f"{someone.name} has all of it in the index", lambda who=someone: "indexing" not in who.warnings(), 100)
        for words, entries in (("and so to bed", 401), ("my wife", 2003)):
            hits = {hit["id"]: as_it_sounds(hit["text"]) for hit in someone.json("search", "--phrase", *words.split(), seconds=100)}
            letters = [id_ for id_, text in hits.items() if words in text]
            assert len(letters) == entries, f"{someone.name}, {words}: {len(letters)}"
            # A search is for words: "my [wife]" is found, too.
            besides = [text for id_, text in hits.items() if id_ not in letters]
            assert len(besides) <= 1 and all(re.search(r"\W+".join(words.split()), text) for text in besides), besides


@fact
def the_pictures_of_a_real_archive_come_with_it(house):
    data, ada = foreign.real_data() / "dayone/marcdonald", house.resident("Ada")
    told = imported(ada, "day-one", data)
    files = [file.read_bytes() for file in sorted(data.glob("*/*")) if file.is_file()]
    assert told["attached"] >= len(files) > 0, told
    found = [saved_bytes(ada, one["id"], one["number"], house) for one in ada.json("attachment", "list")]
    assert all(file in found for file in files) and len(found) == told["attached"]
    # Two videos are named, in each of its two files, which the archive lacks.
    assert told_of(told)["videos whose file is not there"] == 4, told
