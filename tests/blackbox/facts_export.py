"""What leaves the house: whole, private, and without what is not one's own to give away."""
# SPDX-License-Identifier: GPL-3.0-or-later
import html.parser
import json
import re
import stat

import foreign
from facts_attachments import file_of, is_whole
from house import eventually, fact
from person import FAILED, USAGE

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert) ![b](https://example.org/x.png) </article></main>"


def written(ada, bo):
    """A little of everything, known to both."""
    first = ada.write("the first tomatoes are **red**", "--on", "2026-05-01", "--mood", "4", tags=["garden"])
    bo.write("I have put them on the table", "--on", "2026-05-01")
    ada.write("what stays between us two", "--between-us")
    bo.write("what Bo keeps between us two", "--between-us")
    ada.write("a letter for a later day", "--open-on", "2099-01-01")
    eventually("Bo has it", lambda: any(item["id"] == first["id"] for item in bo.list()))
    bo.duolog("reply", first["id"], "they were sweet as well")
    bo.duolog("react", first["id"], "🌿")
    for someone, number in ((ada, 8), (bo, 6)):
        someone.check_in(number, highlight=f"the highlight of {someone.name}")
    eventually("both are in", lambda: any("the highlight of Bo" in json.dumps(item) for item in ada.list()))
    eventually("Ada has the reply", lambda: any(item["text"] == "they were sweet as well" for item in ada.list()))
    eventually("and what Bo keeps", lambda: any(item["text"] == "what Bo keeps between us two" for item in ada.list()))
    return first


def exported(person, format_, place, *options):
    return person.duolog("--json", "export", format_, place, *options).object


def without(item, *names):
    return {name: value for name, value in item.items() if name not in names}


@fact
def an_export_holds_everything_but_what_the_other_keeps_between_the_two(house):
    ada, bo = house.two()
    written(ada, bo)
    place = foreign.Shelf(house) / "out.json"
    told = exported(ada, "json", place)
    assert told["left_out"] == {"between_us": 1, "sealed": 0, "unreadable": 0, "newer": 0, "taken_back": 0}, told
    text = place.read_text()
    document = json.loads(text)
    assert document["duolog"] == 1 and document["person"] == "Ada" and len(document["items"]) == told["items"]
    for here in ("the first tomatoes", "what stays between us two", "a letter for a later day", "they were sweet as well", "🌿",
                 "the highlight of Bo", "the highlight of Ada"):
        assert here in text, here
    assert "what Bo keeps" not in text
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert len(json.loads(ada.duolog("export", "json", "-").text)["items"]) == told["items"]
    mine = exported(ada, "json", place, "--mine", "--yes")
    assert mine["items"] < told["items"] and "sweet" not in place.read_text()


@fact
def what_is_exported_comes_in_again_and_is_the_same(house):
    ada, bo = house.two()
    written(ada, bo)
    cara = house.resident("Cara")
    shelf = foreign.Shelf(house)
    exported(ada, "json", shelf / "ada.json")
    again = ada.duolog("--json", "import", "duolog", shelf / "ada.json", "--yes", "-j", "Bo").object
    assert again["written"] == 0, again
    told = cara.duolog("--json", "import", "duolog", shelf / "ada.json", "--yes").object
    assert told["refused"] == 0 and told["written"] > 3, told
    assert cara.duolog("--json", "import", "duolog", shelf / "ada.json", "--yes").object["written"] == 0
    exported(cara, "json", shelf / "cara.json")

    def own(name):
        items = json.loads((shelf / name).read_text())["items"]
        entries = ("entry", "letter")  # a letter is an entry of its day afterwards; what is said about a day is said now
        return [("entry" if i["kind"] in entries else i["kind"], i["text"], i["tags"], i["mood"], i["between_us"],
                 (i["on"] or i["written_at"])[:19] if i["kind"] in entries else "", i["practice"], i["period"], i["fields"])
                for i in items if i["mine"]]

    before, after = (sorted(map(str, own(name))) for name in ("ada.json", "cara.json"))
    assert before == after, "\n".join([*(f"- {one}" for one in before), *(f"+ {one}" for one in after)])
    exported(cara, "json", shelf / "cara2.json")
    items = [json.loads((shelf / name).read_text())["items"] for name in ("cara.json", "cara2.json")]
    assert items[0] == items[1], "what is exported twice is the same twice"


@fact
def what_is_attached_goes_out_beside_the_json_and_comes_in_again(house):
    ada, bo = house.two()
    first = written(ada, bo)
    files = [file_of(house, "the lake.jpg", 300_000, 1), file_of(house, "the lake.jpg.txt", 5, 2)]
    ada.write("with two files", "--on", "2026-05-01 09:30", "--mood", "2", *(w for f in files for w in ("--attach", f)),
              tags=["harbour"])
    ada.write("the same name on the same day", "--on", "2026-05-01", "--attach", files[0])
    ada.duolog("reply", first["id"], "and then there were more")
    ada.duolog("react", first["id"], "🍅")
    theirs = bo.write("one of Bo's", "--attach", file_of(house, "of Bo.png", 900, 3))["id"]
    eventually("Ada has it", lambda: any(item["id"] == theirs for item in ada.list()))
    eventually("with its file", lambda: is_whole(ada, theirs))
    shelf = foreign.Shelf(house)
    told = exported(ada, "json", shelf / "ada", "--folder")
    assert told["attachments"] == {"copied": 4, "named": 0, "not_here": 0, "garbled": 0}, told
    for place in (shelf / "ada").rglob("*"):
        assert stat.S_IMODE(place.stat().st_mode) == (0o700 if place.is_dir() else 0o600), place
    cara = house.resident("Cara")
    came = cara.duolog("--json", "import", "duolog", shelf / "ada", "--yes").object
    assert (came["attached"], came["refused"], came["not_understood"]) == (3, 0, []), came
    lost = {one["what"]: one["count"] for one in came["not_kept"]}
    assert lost == {"what the other wrote, and only the other can write": 4, "what the other has attached, and only the other can": 1,
                    "reactions of the other, who alone can give them": 1, "what the two had agreed on, and only both can": 1}, lost
    assert cara.duolog("--json", "import", "duolog", shelf / "ada", "--yes").object["written"] == 0
    exported(cara, "json", shelf / "cara", "--folder")

    def told_by(name):
        document = json.loads((shelf / name / "journal.json").read_text())
        items = {item["id"]: item for item in document["items"]}
        for item in document["items"]:
            if not item["mine"]:
                continue
            entry = item["kind"] in ("entry", "letter")  # a letter is an entry of its day afterwards
            bytes_ = [(shelf / name / file).read_bytes() for file in item.get("files", [])]
            attached = [(one["name"], one["media_type"], one["size"]) for one in item["attachments"]]
            yield str(("entry" if entry else item["kind"], item["text"], item["tags"], item["mood"], item["between_us"],
                       (item["on"] or item["written_at"]) if entry else "", item["day_only"],
                       item["practice"], item["period"], item["fields"], items.get(item["to"], {}).get("text"),
                       [r["emoji"] for r in item["reactions"] if r["mine"]], attached, bytes_))

    before, after = sorted(told_by("ada")), sorted(told_by("cara"))
    assert before == after, "\n".join(sorted({one[:400] for one in before} ^ {one[:400] for one in after}))
    assert sum("bytearray" in one or "b'" in one or 'b"' in one for one in before) == 2


@fact
def what_was_imported_keeps_where_it_came_from_on_its_way(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    shelf = foreign.Shelf(house)
    place = shelf.put("j.zip", foreign.day_one(*(foreign.day_one_entry(n) for n in range(5))))
    ada.duolog("import", "day-one", place, "--yes")
    exported(ada, "json", shelf / "out.json")
    assert bo.duolog("--json", "import", "duolog", shelf / "out.json", "--yes").object["written"] == 5
    told = bo.duolog("--json", "import", "day-one", place, "--yes").object
    assert (told["written"], told["already_there"]) == (0, 5), "it came from there already"


@fact
def what_the_other_said_about_something_taken_back_stays_between_the_two(house):
    ada, bo = house.two()
    secret = ada.write("a worry for your ears alone", "--between-us")
    eventually("Bo has it", lambda: any(item["id"] == secret["id"] for item in bo.list()))
    bo.duolog("reply", secret["id"], "thank you for telling me")
    eventually("Ada has the reply", lambda: any(item["text"] == "thank you for telling me" for item in ada.list()))
    reply = next(item for item in ada.list() if item["text"] == "thank you for telling me")
    ada.duolog("reply", reply["id"], "I am glad I did")
    ada.duolog("delete", secret["id"], "--yes")
    place = foreign.Shelf(house) / "out.json"
    told = exported(ada, "json", place)
    assert told["left_out"]["between_us"] == 1 and told["left_out"]["taken_back"] == 1, told
    assert "thank you for telling" not in place.read_text() and "I am glad I did" in place.read_text()
    eventually("Bo knows", lambda: bo.duolog("show", secret["id"], "--json").object["kind"] == "taken back")
    eventually("and has her answer", lambda: any(item["text"] == "I am glad I did" for item in bo.list()))
    exported(bo, "json", place, "--yes")
    assert "thank you for telling" in place.read_text() and "I am glad I did" not in place.read_text()


class Page(html.parser.HTMLParser):
    """What a browser would see."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], ""
        self.in_style = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attributes]
        self.in_style = tag == "style"

    def handle_endtag(self, _tag):
        self.in_style = False

    def handle_data(self, data):
        if not self.in_style:
            self.words += data


@fact
def the_keepsake_does_nothing_but_be_read(house):
    ada, bo = house.two()
    written(ada, bo)
    ada.write(HOSTILE + "\n\n<style>*{display:none}</style>\n\n<iframe src='//example.org'></iframe>", tags=["<i>tag"])
    place = foreign.Shelf(house) / "book.html"
    told = exported(ada, "keepsake", place)
    text = place.read_text()
    page = Page(text)
    assert told["left_out"]["sealed"] == 1 and told["left_out"]["between_us"] == 1, told
    assert not {"script", "img", "iframe", "link", "object", "embed", "form", "base", "audio", "video", "i"} & set(page.tags), page.tags
    for tag, name, value in page.attributes:
        assert not name.startswith("on") and name not in ("src", "srcset", "action", "style", "data"), (tag, name, value)
        assert name != "href" or value.startswith("#"), value
    assert not re.search(r"url\(|@import|expression\(", text) and "default-src 'none'" in text
    assert "<script>alert(1)</script>" in page.words and "https://example.org/x.png" in page.words
    for here in ("the first tomatoes are red", "they were sweet as well", "what stays between us two", "Left out: one piece",
                 "the highlight of Bo"):
        assert here in page.words, here
    assert "what Bo keeps" not in text and "a letter for a later day" not in text
    assert page.tags.count("style") == 1 and stat.S_IMODE(place.stat().st_mode) == 0o600
    exported(ada, "keepsake", place, "--mine", "--yes")
    assert "they were sweet" not in place.read_text() and "the first tomatoes" in place.read_text()
    exported(ada, "keepsake", place, "--since", "2026-05-01", "--until", "2026-05-02", "--yes")
    assert "what stays between us" not in place.read_text() and "the first tomatoes" in place.read_text()


@fact
def as_markdown_there_is_a_file_for_each_day_that_is_read_again(house):
    ada = house.resident("Ada")
    ada.write("the first of may", "--on", "2026-05-01", tags=["garden"])
    ada.write("the second of may", "--on", "2026-05-02")
    place = foreign.Shelf(house) / "notes"
    exported(ada, "markdown", place)
    names = sorted(str(p.relative_to(place)) for p in place.rglob("*.md"))
    assert names == ["2026/2026-05-01.md", "2026/2026-05-02.md"], names
    for path in [place, *place.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    bo = house.resident("Bo")
    assert bo.duolog("--json", "import", "markdown", place, "--yes").object["written"] == 2
    assert [(i["on"], "garden" in i["tags"]) for i in bo.list()] == [("2026-05-01", True), ("2026-05-02", False)]
    ada.duolog("export", "markdown", place, expect=FAILED)
    exported(ada, "markdown", place, "--yes")
    (house.folder / "elsewhere" / "photos").mkdir()
    (house.folder / "elsewhere" / "photos" / "one").write_text("x")
    ada.refused("EXISTS", "export", "markdown", house.folder / "elsewhere" / "photos", "--yes")
    assert (house.folder / "elsewhere" / "photos" / "one").exists()


@fact
def ones_own_words_alone_show_nothing_of_the_other(house):
    """For somebody outside, who has no business with the other: neither a reaction nor a name."""
    ada = house.resident("Ada")
    bo = house.person("Bo")
    bo.name = "Bartholomew"
    bo.start()
    bo.init()
    bo.name = "Bo"
    house.pair(ada, bo)
    first = written(ada, bo)
    ada.duolog("react", first["id"], "🔥")
    eventually("Ada has his reaction", lambda: any(len(item["reactions"]) == 2 for item in ada.list()))
    shelf = foreign.Shelf(house)
    for form, name in (("json", "out.json"), ("markdown", "out"), ("keepsake", "out.html")):
        for mine in (False, True):
            exported(ada, form, shelf / name, "--yes", *(["--mine"] if mine else []))
            files = [shelf / name] if (shelf / name).is_file() else (shelf / name).rglob("*.md")
            text = "".join(file.read_text() for file in files)
            assert "the first tomatoes" in text and "🔥" in text, form
            for theirs in ("Bartholomew", "🌿", "sweet as well", "on the table"):
                assert (theirs in text) is not mine, f"{form}{' --mine' if mine else ''}: {theirs}"


@fact
def several_tags_are_all_wanted(house):
    ada = house.resident("Ada")
    ada.write("both of them", tags=["garden-work", "lake-water"])
    ada.write("one of them", tags=["garden-work"])
    place = foreign.Shelf(house) / "out.html"
    assert exported(ada, "keepsake", place, "-t", "garden-work", "-t", "#lake-water")["items"] == 1
    assert "both of them" in place.read_text() and "one of them" not in place.read_text()
    assert "Entries with all of the tags garden-work, #lake-water." in place.read_text()


@fact
def nothing_is_replaced_unless_that_is_said(house):
    ada = house.resident("Ada")
    ada.write("something to be exported")
    place = foreign.Shelf(house).put("out.json", "what was there before")
    ada.refused("EXISTS", "export", "json", place)
    assert place.read_text() == "what was there before"
    exported(ada, "json", place, "--yes")
    assert json.loads(place.read_text())["items"]
    ada.duolog("export", "keepsake", "-", expect=USAGE)
