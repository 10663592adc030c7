"""Whoever waits at a terminal sees how far it has come; in a pipe, and afterwards, nothing of it is left."""
# SPDX-License-Identifier: GPL-3.0-or-later
import re
import time

import control
import foreign
import pen
from facts_attachments import file_of, sizes_here
from faults import many
from house import eventually, fact
from person import DONE

MIB = 1 << 20


def on_the_screen(output):
    """The lines as a terminal shows them in the end: what was written over is gone."""
    lines = []
    for line in output.decode().replace("\r\n", "\n").split("\n"):
        shown = ""
        for piece in line.split("\r"):
            piece, erased = piece.replace("\x1b[K", ""), "\x1b[K" in piece
            shown = piece + ("" if erased else shown[len(piece):])
        lines.append(shown.rstrip())
    return "\n".join(lines)


def percents(output, what):
    return [int(number) for number in re.findall(what + r" · (\d+)%", output.decode())]


@fact
def attaching_a_large_file_is_told_on_a_terminal_alone_and_leaves_its_line_clean(house):
    ada = house.resident("Ada")
    file = file_of(house, "film.mkv", 12 * MIB)
    with ada.terminal("write", "--attach", file, "--", "with a film") as screen:
        assert screen.end() == DONE, screen.text
    seen = percents(screen.output, "attaching film.mkv")
    assert len(seen) >= 2 and seen == sorted(seen) and seen[-1] <= 100, seen
    assert re.search(rb"attaching film.mkv .* of 12.0 MiB", screen.output), screen.output
    assert "attaching" not in on_the_screen(screen.output) and "saved · with a file" in on_the_screen(screen.output)
    piped = ada.duolog("write", "--attach", file, "--", "with a film, from a script")
    assert b"attaching" not in piped.out + piped.err, piped.said
    assert [sizes_here(ada, item["id"]) for item in ada.list()] == [[(12 * MIB, 12 * MIB)]] * 2


@fact
def a_terminal_that_cannot_write_over_a_line_is_told_each_quarter(house):
    ada = house.resident("Ada")
    ada.environment["TERM"] = "dumb"
    with ada.terminal("write", "--attach", file_of(house, "film.mkv", 4 * MIB), "--", "with a film") as screen:
        assert screen.end() == DONE, screen.text
    seen = percents(screen.output, "attaching film.mkv")
    assert 2 <= len(seen) <= 4 and all(later >= sooner + 25 for sooner, later in zip(seen, seen[1:])), seen


@fact
def an_import_counts_where_somebody_looks_and_takes_its_line_away(house):
    ada = house.resident("Ada")
    count = many(6_000, 100_000)
    house.secrets.text("a day like any other", "an imported text")
    place = foreign.Shelf(house).put("j.txt", "".join(
        f"[{1900 + n // 1000:04d}-{n // 84 % 12 + 1:02d}-{n // 3 % 28 + 1:02d} {n % 24:02d}:00] number {n}, a day like any other\n\n"
        for n in range(count)))
    began = time.monotonic()
    with ada.terminal("import", "jrnl", place, "--yes") as screen:
        assert screen.end(many(100, 3000)) == DONE, screen.text
    print(f"{count} entries imported at a terminal in {time.monotonic() - began:.1f} s")
    seen = [tuple(map(int, numbers)) for numbers in re.findall(rb"importing (\d+) of (\d+)  \[[#.]{24}\]", screen.output)]
    assert len(seen) >= 2 and seen == sorted(seen) and {of for _, of in seen} == {count}, seen[:5]
    left = on_the_screen(screen.output)
    assert "importing" not in left and f"imported {count}" in left, left
    again = ada.duolog("import", "jrnl", place, "--yes", seconds=many(100, 3000))
    assert b"importing" not in again.out + again.err and f"{count} there already" in again.text, again.said
    eventually("all of it is here", lambda: ada.status()["journals"][0]["entries"] == count)


def told_to_be_left(door):
    """What is still to be folded or indexed, as status says it; None: nothing."""
    said = re.search(rb"(?:folding|indexing):(\d+)", b"".join(door.ask(control.request(control.STATUS))))
    return int(said[1]) if said else None


def years_of(house, someone, count, since):
    """So many entries, the first of them in the year `since`."""
    house.secrets.text("a day like any other", "an imported text")
    place = foreign.Shelf(house).put(f"{someone.name}.txt", "".join(
        f"[{since + n // 1000:04d}-{n // 84 % 12 + 1:02d}-{n // 3 % 28 + 1:02d} {n % 24:02d}:00] number {n} of "
        f"{someone.name}, a day like any other\n\n" for n in range(count)))
    someone.duolog("import", "jrnl", place, "--yes", "-j", "Bo" if someone.name == "Ada" else "Ada", seconds=many(100, 3000))


@fact
def two_who_were_apart_for_years_have_all_of_both_once_and_are_told_meanwhile_how_much_is_left(house):
    ada, bo = house.two()
    bo.stop()
    counts = {"Ada": many(5_000, 10_000), "Bo": many(500, 10_000)}
    years_of(house, ada, counts["Ada"], 1900)
    ada.stop()
    bo.start()
    years_of(house, bo, counts["Bo"], 1950)
    ada.start()
    with control.Control(bo) as door:
        told = eventually("Bo is told how much is left", lambda: told_to_be_left(door), many(120, 1800))
        assert 0 < told <= sum(counts.values()), told
        eventually("nothing is left", lambda: told_to_be_left(door) is None, many(120, 1800))
    wanted = {f"number {n} of {name}, a day like any other" for name, count in counts.items() for n in range(count)}
    for someone in (ada, bo):
        eventually(f"{someone.name} has all of it", lambda who=someone: len(pen.items(who)) == len(wanted), many(60, 1800))
        found = pen.texts(someone)
        assert len(found) == len(set(found)) and set(found) == wanted
    house.pair_is_up(ada, bo)


@fact
def while_a_lifetime_of_words_is_indexed_it_is_said_how_many_are_left(house):
    """What was there before the view was lost is folded and indexed anew; nothing of it waits for that."""
    ada = house.resident("Ada")
    count = many(4_000, 50_000)
    house.secrets.text("a day like any other", "an imported text")
    place = foreign.Shelf(house).put("j.txt", "".join(
        f"[{1900 + n // 1000:04d}-{n // 84 % 12 + 1:02d}-{n // 3 % 28 + 1:02d} {n % 24:02d}:00] number {n}, a day like any other\n\n"
        for n in range(count)))
    ada.duolog("import", "jrnl", place, "--yes", seconds=many(100, 3000))
    ada.stop()
    for file in ada.home.glob("view.*"):
        file.unlink()
    ada.start()
    left, deadline = [], time.monotonic() + many(60, 600)
    with control.Control(ada) as door:
        while time.monotonic() < deadline:
            said = re.search(rb"indexing:(\d+)", b"".join(door.ask(control.request(control.STATUS))))
            if said:
                left.append(int(said[1]))
            elif left:
                break
    assert left and left == sorted(left, reverse=True) and count > left[0] and left[-1] > 1000, left[:3]
    assert len(ada.json("search", "any other", "-n", "5")) == 5 and "indexing" not in ada.warnings()
