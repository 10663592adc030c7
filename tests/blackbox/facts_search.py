"""What was written is found again, on both sides and in both voices; what is sealed is not; and days come round."""
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime

from house import eventually, fact
from person import NOT_FOUND, USAGE, today


def found(person, *words):
    """The texts of what a search finds, the newest first."""
    return [item["text"] for item in person.json("search", *words)]


def holds(person, text):
    eventually(f"{person.name} has it", lambda: text in person.texts())


def marked(item):
    """What of the snippet was found, by its byte ranges."""
    text = item["snippet"]["text"].encode()
    return [text[match["begin"]:match["end"]].decode() for match in item["snippet"]["matches"]]


@fact
def both_find_what_either_wrote(house):
    ada, bo = house.two()
    ada.write("the ferry was late and the sea was grey")
    holds(bo, "the ferry was late and the sea was grey")
    bo.write("a grey heron by the ferry")
    holds(ada, "a grey heron by the ferry")
    for someone in (ada, bo):
        assert found(someone, "ferry", "GREY") == ["a grey heron by the ferry", "the ferry was late and the sea was grey"]
        assert found(someone, "ferry NOT heron") == ["the ferry was late and the sea was grey"]
        assert found(someone, "from:bo ferry") == found(someone, "--from", "Bo", "ferry") == ["a grey heron by the ferry"]
        assert found(someone, "--phrase", "grey", "heron") == ["a grey heron by the ferry"]
        assert found(someone, "--phrase", "heron", "grey") == []
    for item in ada.json("search", "ferry"):
        assert marked(item) == ["ferry"] and item["snippet"]["text"] == item["text"], item


@fact
def words_are_found_however_they_are_spelled(house):
    ada = house.resident("Ada")
    texts = ["L’Été à Sète, don’t forget", "昨日は東京都へ行きました", "ฉันรักเมืองไทยมาก", "한국어는 어렵지 않다", "Łódź and the Straße"]
    for text in texts:
        ada.write(text)
    for query, text in [("ete", 0), ("don't", 0), ("E\u0301TE\u0301", 0), ("sete", 0), ("東京", 1), ("京", 1), ("ไทย", 2), ("한국", 3),
                        ("lodz", 4), ("STRASSE", 4)]:
        assert found(ada, query) == [texts[text]], (query, found(ada, query))
    for query in ("京東", "ลาว", "étés"):
        assert found(ada, query) == [], query


@fact
def nothing_that_is_typed_is_an_error(house):
    ada = house.resident("Ada")
    ada.write("not a word about the lake's edge")
    for typed in ("'", '"', "(", ")", "NOT", "AND OR", "lake's", '"lake', "((lake", "tag:", "kind:lake", "since:lake", "*", "-", "a\x0bb"):
        ada.duolog("search", "--json", "--", typed)
    assert found(ada, "NOT") == found(ada, "lake's") == found(ada, '"lake') == ["not a word about the lake's edge"]
    assert "no word in that" in ada.duolog("search", "'").text
    said = ada.duolog("search", "--", "swans", "-lake").text
    assert said.startswith("nothing found\n"), said
    ada.refused("TOO_LONG", "search", "lake " * 300)
    ada.refused("BAD_DATE", "search", "lake", "--since", "soon", expect=USAGE)
    ada.refused("NO_SUCH_PERSON", "search", "lake", "--from", "nobody", expect=NOT_FOUND)


@fact
def a_sealed_answer_is_found_when_it_opens_and_not_before(house):
    ada, bo = house.two()
    ada.check_in(8, highlight="the evening at the harbour wall")
    eventually("Bo knows of it", lambda: bo.json("answers", "checkin")[0]["theirs_in"])
    assert marked(ada.json("search", "harbour")[0]) == ["harbour"], "one's own words are found"
    for query in ("harbour", "kind:answer", "NOT nothing", "wall OR evening"):
        assert bo.json("search", query) == [], query
    assert bo.run("on-this-day", "--json").text == ""
    assert [voice for voice in bo.duolog("stats", "--json").object["voices"] if not voice["mine"]] == []
    bo.check_in(7, highlight="the pancakes you made")
    opened = eventually("it is open", lambda: bo.json("search", "harbour"))
    assert marked(opened[0]) == ["harbour"] and opened[0]["kind"] == "answer" and not opened[0]["mine"]
    eventually("on the other side too", lambda: ada.json("search", "pancakes"))


@fact
def a_letter_is_found_by_nobody_before_its_day(house):
    ada, bo = house.two()
    words = "for the first snow, a letter"
    house.secrets.text(words, "a letter")
    ada.duolog("write", "--open-on", "2099-12-01", words)
    eventually("Bo knows of it", lambda: "a letter to you" in bo.duolog("letters").text)
    for someone in (ada, bo):
        assert someone.json("search", "snow") == someone.json("search", "kind:letter") == []


@fact
def a_snippet_moves_no_cursor(house):
    ada, bo = house.two()
    nasty = "the lake \x1b[2J\x1b]0;title\x07 \u202eekal\u202c \u200b\u0301\u0301 was cold\r\nlake\tagain \x9b31m"
    ada.write(nasty, secret=False)
    eventually("Bo has it", lambda: bo.json("search", "cold"))
    for words in (("search", "lake"), ("search", "--color", "always", "lake OR ekal")):
        with bo.terminal(*words) as screen:
            assert screen.end() == 0, screen.text
        said = bo.duolog(*words).out
        plain = said.replace(b"\x1b[1m", b"").replace(b"\x1b[2m", b"").replace(b"\x1b[0m", b"")
        for paint in range(31, 37):
            plain = plain.replace(b"\x1b[1;%dm" % paint, b"")
        assert b"\x1b" not in plain and b"\x07" not in plain and "\u202e".encode() not in plain, said
        assert "‹U+001B›".encode() in plain, said
    assert b"\x1b" not in bo.duolog("search", "--json", "lake").out


@fact
def the_best_come_first_where_that_is_asked_for(house):
    ada = house.resident("Ada")
    best, late = "the lake, the lake, the lake", "a long day of many things, one of them a lake, and others by the sea"
    for text in (best, late):
        ada.write(text)
    assert found(ada, "lake") == [late, best]
    eventually("it is in the index", lambda: found(ada, "--relevance", "lake") == [best, late])
    first = ada.duolog("search", "--relevance", "lake", "-n", "1").text
    assert best in first and late not in first and first.splitlines()[-1] == "1 more; -n shows more of them", first
    ada.duolog("search", "--relevance", "--before", "3fa9", "lake", expect=USAGE)


@fact
def a_file_is_found_by_what_it_is_called(house):
    ada, bo = house.two()
    file = house.folder / "boat on the lake.txt"
    file.write_bytes(b"not searched")
    house.secrets.text("boat on the lake", "a file's name")
    ada.write("our last evening", "--attach", file)
    eventually("Bo finds it", lambda: found(bo, "boat") == found(ada, "lake txt") == ["our last evening"])
    assert marked(bo.json("search", "boat")[0]) == ["boat"] and found(bo, "searched") == []


@fact
def results_and_lists_come_in_pages(house):
    ada = house.resident("Ada")
    for n in range(7):
        ada.write(f"lake number {n}", tags=["even-numbers"] if n % 2 == 0 else [])
    first = ada.duolog("search", "lake", "-n", "3").text
    command = next(line for line in first.splitlines() if "more: duolog" in line).split("more: duolog ")[1].split()
    assert "number 6" in first and "number 3" not in first and first.splitlines()[-1].startswith("4 more: "), first
    second = ada.duolog(*command).text
    assert "number 3" in second and "number 1" in second and "number 4" not in second, second
    assert len(ada.json("search", "lake")) == 7 and len(ada.json("search", "lake", "-n", "2")) == 2
    assert ada.texts("-n", "2", "-t", "even-numbers") == ["lake number 4", "lake number 6"]
    last = ada.list("-n", "2")
    assert ada.texts("--before", last[0]["id"], "-n", "2") == ["lake number 3", "lake number 4"]
    with ada.terminal("list", "-n", "2", "--from", "me") as screen:
        screen.expect(r"5 more: duolog list --before [0-9a-f]{8} -n 2 --from me")
        assert screen.end() == 0


@fact
def a_list_is_filtered_by_several_tags_and_a_mood(house):
    ada = house.resident("Ada")
    ada.write("all of it", "--mood", "4", tags=["lake-water", "cold-hands"])
    ada.write("half of it", tags=["lake-water"])
    assert ada.texts("-t", "lake-water", "-t", "cold-hands") == ada.texts("--mood", "4") == ["all of it"]
    assert found(ada, "tag:lake-water -tag:cold-hands") == ["half of it"] and found(ada, "mood:4-5") == ["all of it"]
    assert found(ada, "-t", "lake-water", "--mood", "4") == ["all of it"]


@fact
def a_day_comes_round_in_both_voices(house):
    ada, bo = house.two()
    now = today()
    then = now.replace(year=now.year - 4) if (now.month, now.day) != (2, 29) else now.replace(year=now.year - 8)
    years = now.year - then.year
    assert "on this day" not in ada.duolog().text
    ada.write("we found the kitten\nunder the boat", "--on", then.isoformat())
    bo.write("she carried it home in her hat", "--on", f"{then.isoformat()}T21:15")
    ada.write("another day altogether", "--on", (then - datetime.timedelta(days=2)).isoformat())
    holds(ada, "she carried it home in her hat")
    holds(bo, "we found the kitten\nunder the boat")
    for someone in (ada, bo):
        shown = someone.duolog("on-this-day").text
        assert shown.count(f"({years} years ago)") == 2 and "we found the kitten …" in shown and "in her hat" in shown, shown
        assert "under the boat" not in shown and "another day" not in shown
        assert "under the boat" in someone.duolog("on-this-day", "--whole").text
        assert "another day" in someone.duolog("on-this-day", "--days", "2").text
        items = someone.json("on-this-day")
        assert [item["years_ago"] for item in items] == [years, years]
        page = someone.duolog().text
        assert page.count("duolog on-this-day") == 1 and f"on this day, up to {years} years ago" in page, page
        assert "on this day" not in someone.duolog("today", "--line").text
    assert [item["author"] for item in ada.json("on-this-day", then.isoformat(), "--from", "bo")] == ["Bo"]
    assert "nothing was written" in ada.duolog("on-this-day", "--from", "me", (then + datetime.timedelta(days=9)).isoformat()).text
    assert "nobody called" in ada.duolog("on-this-day", "--from", "Eve", expect=NOT_FOUND).said
    ada.refused("BAD_DATE", "on-this-day", "some-day", expect=USAGE)


@fact
def stats_count_and_never_scold(house):
    ada, bo = house.two()
    ada.write("two words", "--on", "2024-02-29")
    ada.write("three more words", "--on", "2025-01-01")
    bo.write("the lake")
    holds(ada, "the lake")
    holds(bo, "three more words")
    mine, theirs = ada.duolog("stats", "--json").object["voices"]
    assert (mine["entries"], mine["words"], mine["days"], mine["oldest"]) == (2, 5, 2, "2024-02-29"), mine
    assert [month["month"] for month in mine["months"]] == ["2024-02", "2025-01"]
    assert (theirs["person"], theirs["words"], theirs["mine"]) == ("Bo", 2, False)
    shown = ada.duolog("stats").text
    assert "o you: 2 entries and 5 words on 2 days\nx Bo: 1 entry and 2 words on 1 day\n" in shown, shown
    assert "streak" not in shown and "from 29 feb 2024" in shown, shown
    assert ada.duolog("stats", "--since", "2024", "--until", "2024", "--by", "year").text.endswith("2024  " + "o" * 40 + " 1\n")
