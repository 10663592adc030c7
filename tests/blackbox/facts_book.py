"""The keepsake as a book: its drawings by what they show, and at night on paper, as a browser prints it."""
# SPDX-License-Identifier: GPL-3.0-or-later
import html
import re

import book
import foreign
from facts_export import exported
from facts_pictures import photograph
from house import at_night, eventually, fact
from person import today

TITLE = "mood of what was written"
MOODS = {"Ada": (2, 5, 4), "Bo": (4, 1, 4, 3)}


def a_month_of_moods(house):
    ada, bo = house.two()
    for someone in (ada, bo):
        for day, mood in enumerate(MOODS[someone.name], 1):
            someone.write(f"day {day} of {someone.name}", "--on", f"2026-05-{day:02d}", "--mood", str(mood))
        someone.check_in(8, highlight=f"the highlight of {someone.name}")
    eventually("each has what the other wrote", lambda: all(len(one.list()) >= 9 for one in (ada, bo)))
    return ada, bo


def drawings(text):
    """title -> (the drawing, the numbers below it)"""
    figures = re.findall(r"<figure>\n<figcaption>(.*?)</figcaption>\n(<svg.*?</svg>)\n(.*?)</figure>", text, re.S)
    return {html.unescape(title): (svg, html.unescape(re.sub("<[^>]*>", "", numbers))) for title, svg, numbers in figures}


def points_of(svg, voice):
    (points,) = re.findall(rf'<polyline class="{voice}" points="([^"]*)"/>', svg)
    return [tuple(map(float, point.split(","))) for point in points.split()]


@fact
def two_voices_are_drawn_in_one_picture_each_where_its_day_and_its_number_are(house):
    ada, _bo = a_month_of_moods(house)
    place = foreign.Shelf(house) / "book.html"
    exported(ada, "keepsake", place)
    svg, numbers = drawings(place.read_text())[TITLE]
    assert numbers.split() == "● Ada: 2 5 4 □ Bo: 4 1 4 3".split(), numbers
    words = [html.unescape(word) for word in re.findall(r"<text[^>]*>(.*?)</text>", svg)]
    assert words[:5] == ["1", "2", "3", "4", "5"] and len(words) == 6 and str(today().year) in words[5], words
    scale = {int(value): float(y) - 4 for y, value in re.findall(r'y="([\d.]+)" text-anchor="end">(\d+)</text>', svg)}
    assert sorted(scale, key=scale.get) == [5, 4, 3, 2, 1], scale
    for voice, name, sign in (("mine", "Ada", "<circle"), ("theirs", "Bo", "<rect")):
        drawn, moods = points_of(svg, voice), MOODS[name]
        assert [y for _, y in drawn] == [scale[mood] for mood in moods], (name, drawn, scale)
        across = [x for x, _ in drawn]  # all of one day: only their order tells them apart
        steps = [later - sooner for sooner, later in zip(across, across[1:])]
        assert across[-1] - across[0] > 300 and max(steps) - min(steps) < 0.3, across
        assert svg.count(f'{sign} class="{voice}"') == len(moods)
    assert f'role="img" aria-label="{TITLE}"' in svg
    exported(ada, "keepsake", place, "--mine", "--yes")
    svg, numbers = drawings(place.read_text())[TITLE]
    assert "theirs" not in svg and "Bo" not in numbers, "one's own words alone are one's own numbers alone"


@at_night
@fact
def on_paper_the_keepsake_is_a_book_of_two_voices_side_by_side(house):
    ada, bo = a_month_of_moods(house)
    long = "harbour and gulls and the slow boats, " * 60
    ada.write("adas-words-begin " + long + "adas-words-end", "--on", "2026-06-02")
    bo.write("bos-words-begin " + long + "bos-words-end", "--on", "2026-06-02")
    ada.write("unbroken" + "x" * 200, "--on", "2026-06-03", "--attach", photograph(house, "lake.png", side=400))
    for day in range(4, 29):
        ada.write(f"the {day}th of june, as it was", "--on", f"2026-06-{day:02d}")
    ada.write("at the very end", "--on", "2026-07-01")
    eventually("Ada has it", lambda: any("bos-words-end" in text for text in ada.texts()))
    shelf = foreign.Shelf(house)
    exported(ada, "keepsake", shelf / "book.html")
    paper = book.printed(shelf.folder, shelf / "book.html")
    pages = book.pages_of(paper)
    assert 6 <= len(pages) <= 30, len(pages)
    for number, page in enumerate(pages, 1):
        assert abs(page.width - 148 * book.MM) < 2 and abs(page.height - 210 * book.MM) < 2, "A5"
        assert page.words, f"page {number} is empty"
        for word in page.words:
            assert word.left > 14 * book.MM and word.right < page.width - 14 * book.MM, f"page {number}: {word.text} is cut off"
        last = max(page.words, key=lambda word: word.bottom)
        assert (last.text == str(number)) is (number > 1), f"page {number} says {last.text}"
    whole = " ".join(page.text for page in pages)
    for here in ("Ada", "Bo", "In numbers", "the highlight of Bo", "at the very end"):
        assert here in whole, here
    (both,) = [page for page in pages if "adas-words-begin" in page.text]
    mine, theirs = both.word("adas-words-begin"), both.word("bos-words-begin")
    assert mine.right <= theirs.left and abs(mine.top - theirs.top) < 2, "side by side"
    assert mine.left < both.width / 2 < theirs.left
    for month in ("May", "June", "July"):
        begins = [page for page in pages if page.words[0].text == month and "2026" in page.text.split()[:2]]
        assert len(begins) == 1, f"{month} begins on a page of its own"
    assert [width == height > 0 for width, height in book.pictures_in(paper)] == [True], book.pictures_in(paper)
