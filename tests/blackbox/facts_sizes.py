"""As long as it may be, one more, far too long, nothing at all, and very many."""
# SPDX-License-Identifier: GPL-3.0-or-later
import hashlib
import os
import subprocess
import time

import control
from house import NIGHTLY, eventually, fact
from person import DONE, FAILED

LIMIT = (1 << 20) - (16 << 10)
MIB = 1 << 20
TOO_LONG_SENTENCE = f"the text is longer than {LIMIT} bytes; nothing was saved"
SANITISED = 4  # how much more memory a sanitizer may take


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


@fact
def the_longest_text_is_taken_kept_and_delivered_and_one_byte_more_is_refused(house):
    ada, bo = house.two()
    longest = {"one byte a sign": "a" * LIMIT, "four bytes a sign": "\U0001f600" * (LIMIT // 4),
               "nothing repeats": os.urandom(LIMIT // 2).hex()}
    for what, text in longest.items():
        assert len(text.encode()) == LIMIT, what
        ada.duolog("write", stdin=text.encode())
    wanted = {digest(text) for text in longest.values()}
    assert {digest(text) for text in ada.texts()} == wanted
    eventually("Bo has them", lambda: any(journal["entries"] == 3 for journal in bo.status()["journals"]), 60)
    assert {digest(text) for text in bo.texts()} == wanted, "byte for byte"
    answer = ada.refused("TOO_LONG", "write", stdin=b"a" * (LIMIT + 1))
    assert TOO_LONG_SENTENCE in answer.said and "two entries hold what one does not" in answer.said, answer.said
    # The newline that every editor adds is not the person's: with it, the longest text still fits.
    ada.duolog("write", stdin=b"b" * (LIMIT - 1) + b"\n")
    ada.restart()
    assert len(ada.list()) == 4


@fact
def who_does_not_come_through_duolog_is_held_to_the_same_limit(house):
    ada = house.resident("Ada")
    with control.Control(ada) as door:
        for size, fits in ((LIMIT, True), (LIMIT + 1, False), (2 * LIMIT, False)):
            reply = dict(control.fields(door.ask(control.request(control.WRITE, control.field(1, "c" * size)))[-1]))
            assert (14 in reply) == fits and (2 in reply) != fits, (size, list(reply))
        try:
            door.send(b"x" * (control.LIMIT + 1))
            assert door.receive() is None, "a message over the limit was answered"
        except OSError:
            pass
    assert [len(text) for text in ada.texts()] == [LIMIT]


def fed(person, block, blocks):
    """Runs `duolog write` and pushes blocks into it until it has had enough; (exit code, what it said, eaten, MiB it took)."""
    writer = subprocess.Popen([person.house.programs / "duolog", "write"], env=person.environment,
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    eaten = 0
    try:
        for _ in range(blocks):
            eaten += writer.stdin.raw.write(block) if hasattr(writer.stdin, "raw") else writer.stdin.write(block)
        writer.stdin.close()
    except BrokenPipeError:
        pass
    said = writer.stderr.read().decode()
    _, status, usage = os.wait4(writer.pid, 0)
    writer.returncode = os.waitstatus_to_exitcode(status)
    return writer.returncode, said, eaten, usage.ru_maxrss // 1024


@fact
def a_gigabyte_on_standard_input_is_refused_after_the_first_that_is_too_much(house):
    ada = house.resident("Ada")
    _, _, _, usual = fed(ada, b"a short text for comparison", 1)
    began = time.monotonic()
    code, said, eaten, took = fed(ada, b"g" * MIB, 1024)
    assert code == FAILED and TOO_LONG_SENTENCE in " ".join(said.split()), (code, said)
    assert eaten < 8 * MIB, f"it ate {eaten} bytes before it said so"
    assert took - usual < 16 * SANITISED, f"{took} MiB of memory, {usual} MiB for a short text"
    big = house.folder / "a gigabyte"
    with big.open("wb") as file:
        file.truncate(1 << 30)
    with big.open("rb") as file:
        done = subprocess.run([ada.house.programs / "duolog", "write"], env=ada.environment, stdin=file,
                              capture_output=True, timeout=60, check=False)
    assert done.returncode == FAILED and b"longer than" in done.stderr, done
    assert time.monotonic() - began < 30
    assert ada.texts() == ["a short text for comparison"]
    big.unlink()


@fact
def an_entry_of_nothing_is_refused_however_it_comes(house):
    ada = house.resident("Ada")
    for stdin in (b"", b"\n", b" \t \r\n\n", b"\n" * 5000):
        answer = ada.refused("EMPTY", "write", stdin=stdin)
        assert "there is no text in it; nothing was saved" in answer.said, answer.said
    ada.refused("EMPTY", "write", "--", "")
    with control.Control(ada) as door:
        for text in ("", " ", "\n"):
            reply = dict(control.fields(door.ask(control.request(control.WRITE, control.field(1, text)))[-1]))
            assert 2 in reply and 14 not in reply, reply
    assert ada.texts() == []


@fact
def very_many_tiny_entries_are_all_kept_and_all_delivered(house):
    ada, bo = house.two()
    many, pages = (60_000 if NIGHTLY else 1_500), 8
    with control.Control(ada) as door:
        for begin in range(0, many, pages):
            batch = range(begin, min(begin + pages, many))
            for n in batch:
                door.send(control.request(control.WRITE, control.field(1, f"{n:x}")))
            for n in batch:
                reply = dict(control.fields(door.receive()))
                assert 14 in reply, (n, reply)
    wanted = {f"{n:x}" for n in range(many)}
    assert set(ada.texts("-n", "4000000")) == wanted
    eventually("Bo has every one", lambda: bo.status()["journals"] and any(
        journal["entries"] == many for journal in bo.status()["journals"]), 120)
    assert set(bo.texts("-n", "4000000")) == wanted
    ada.restart()
    assert len(ada.texts("-n", "4000000")) == many


@fact
def names_and_tags_have_a_longest_too(house):
    ada = house.person("Ada")
    ada.start()
    assert "a name has at most 64 bytes" in ada.run("init", "--name", "n" * 65, "--yes").said
    assert "a name has at most 64 bytes" in ada.run("init", "--name", "Ada", "--device", "\u00fc" * 33, "--yes").said
    assert ada.status()["initialised"] is False
    report = ada.duolog("init", "--name", "n" * 64, "--device", "\u00fc" * 32, "--yes", "--json").object
    house.secrets.words(report["words"])
    ada.learn_key()
    assert ada.status()["device"]["person"] == "n" * 64 and ada.status()["device"]["name"] == "\u00fc" * 32
    lengths = {length: ada.run("write", "-t", "t" * length, "--", "with a tag").code for length in (1, 32, 64, 65, 300)}
    assert lengths == {1: DONE, 32: DONE, 64: DONE, 65: FAILED, 300: FAILED}, lengths
    answer = ada.refused("TOO_LONG", "write", "-t", "t" * 300, "--", "with a long tag")
    assert "the tag is longer than" in answer.said and "nothing was saved" in answer.said
