"""A large file goes both ways: cut off by a kill on either side, gone on with, whole in the end, and no memory grows with it."""
# SPDX-License-Identifier: GPL-3.0-or-later
import hashlib
import time

import effort
from effort import MEGABYTE, WITHOUT_QUARANTINE
from facts_attachments import CHUNK, MARKER, chunks, content, is_whole
from faults import many
from house import eventually, fact, waits

SIZE = many(64, 1024) * MEGABYTE
PATIENCE = many(120, 3000)
GROWTH = 24 * MEGABYTE  # of whoever sends, takes or asks; the file is several times as long


def large_file(house, name, seed):
    """Not compressible, not the same twice, and known by its sum."""
    house.secrets.text(MARKER, "a part of a file")
    place = house.folder / "files"
    place.mkdir(exist_ok=True)
    block, sum_ = content(MEGABYTE, seed), hashlib.sha256()
    with (place / name).open("wb") as file:
        for at in range(SIZE // MEGABYTE):
            piece = at.to_bytes(8, "big") + block[8:]
            file.write(piece)
            sum_.update(piece)
    return place / name, sum_.hexdigest()


def sum_of(file):
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def grown(person, act):
    """By how much the daemon was larger at most while it did that."""
    pid = person.daemon.pid
    before = effort.memory(pid)
    effort.forget_highest_memory(pid)
    act()
    return effort.highest_memory(pid) - before


def goes_over(house, writer, reader, struck, seed):
    """From one to the other; `struck` is killed when a quarter of it is there."""
    file, sum_ = large_file(house, f"film-{seed}.mkv", seed)
    had, began = len(chunks(reader)), time.monotonic()
    entry = None

    def attach():
        nonlocal entry
        entry = writer.duolog("write", "--json", "--attach", file, "--", f"a film, number {seed}", seconds=PATIENCE).object["id"]

    more = grown(writer, attach)
    attached = time.monotonic() - began
    assert more < GROWTH, f"{writer.name}'s daemon grew by {more / MEGABYTE:.0f} MiB while {SIZE / MEGABYTE:.0f} were attached"
    eventually("a part of it has come", lambda: len(chunks(reader)) - had >= SIZE // CHUNK // 4, PATIENCE)
    struck.kill()
    here = len(chunks(reader)) - had
    assert here < SIZE // CHUNK, "it had all come before the stroke"
    kept = chunks(reader)
    struck.start()
    more = grown(reader, lambda: eventually("the rest has come", lambda: reader.run("sync") and is_whole(reader, entry), PATIENCE))
    assert more < GROWTH, f"{reader.name}'s daemon grew by {more / MEGABYTE:.0f} MiB while it took the rest"
    assert kept.items() <= chunks(reader).items(), "what was here is not fetched again"
    print(f"{SIZE // MEGABYTE} MiB from {writer.name} to {reader.name}: attached in {attached:.1f} s, killed {struck.name} at "
          f"{here} of {SIZE // CHUNK} pieces, whole after {time.monotonic() - began:.1f} s")
    saved = house.folder / f"saved-{seed}"
    reader.duolog("attachment", "save", entry, "1", "-o", saved, seconds=PATIENCE)
    assert sum_of(saved) == sum_
    for left in (file, saved):
        left.unlink()


@waits
@fact
def a_large_file_goes_both_ways_whoever_is_killed_meanwhile_and_no_memory_grows_with_it(house):
    effort.needs_honest_figures(house)
    ada, bo = (house.person(name, asan=WITHOUT_QUARANTINE) for name in ("Ada", "Bo"))
    for someone in (ada, bo):
        someone.configure()
        config = someone.home / "config.toml"
        config.write_text('attachments = "always"\n' + config.read_text())
        someone.start()
        someone.init()
    house.pair(ada, bo)
    goes_over(house, ada, bo, bo, seed=1)
    goes_over(house, bo, ada, bo, seed=2)
