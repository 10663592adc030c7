"""Passphrases, locking, the 24 words."""
# SPDX-License-Identifier: GPL-3.0-or-later
import re

import canary
from house import eventually, fact
from person import DONE, FAILED, LOCKED, USAGE

FIRST, SECOND = "correct horse battery staple", "a different sentence about tulips"


def with_passphrase(house, name="Ada", **how):
    ada = house.person(name, **how)
    ada.start()
    place = ada.passphrase_file(FIRST)
    report = ada.duolog("init", "--name", name, "--yes", "--json", "--passphrase-file", place).object
    house.secrets.words(report["words"])
    assert report["locked_by"] == "passphrase"
    assert not ada.key_file().exists()
    return ada, place


@fact
def with_a_passphrase_the_daemon_starts_locked(house):
    ada, place = with_passphrase(house, plain=True)
    ada.write("behind a lock: the letter to my sister")
    ada.restart()
    for command in (["list"], ["show", "last"], ["write", "--", "no"], ["checkin", "--set", "connection=5"],
                    ["words", "--passphrase-file", place], ["answers"], ["sync"], [], ["pair", "--yes"]):
        assert "unlock" in ada.refused("LOCKED", *command, expect=LOCKED).said
    assert ada.status()["locked"] is True
    ada.duolog("unlock", "--passphrase-file", place)
    assert ada.texts() == ["behind a lock: the letter to my sister"]


@fact
def a_wrong_passphrase_opens_nothing(house):
    ada, place = with_passphrase(house)
    ada.lock()
    wrong = ada.passphrase_file("not the sentence at all", "wrong")
    ada.refused("WRONG_PASSPHRASE", "unlock", "--passphrase-file", wrong)
    assert ada.status()["locked"] is True
    ada.duolog("unlock", "--passphrase-file", place)


@fact
def locking_leaves_nothing_readable_and_nothing_in_memory(house):
    ada, place = with_passphrase(house)
    text = "what the therapist said about the autumn"
    ada.write(text, tags=["therapist-notes"])
    assert text in ada.texts()
    ada.lock()
    seen = canary.in_memory(ada.daemon.pid, [text.encode(), b"therapist-notes", FIRST.encode()])
    if seen is None:
        print("SKIPPED, the daemon's memory was not looked at: this user may not")
    else:
        assert not seen, f"in memory after lock: {seen}"
    ada.duolog("unlock", "--passphrase-file", place)
    assert text in ada.texts()


@fact
def a_locked_daemon_does_not_sync_and_catches_up_when_unlocked(house):
    ada, place = with_passphrase(house)
    bo = house.resident("Bo")
    house.pair(ada, bo)
    ada.lock()
    eventually("Bo sees Ada go", lambda: not bo.status()["peers"][0]["connected"], 40)
    bo.write("waiting at the door for you")
    ada.duolog("unlock", "--passphrase-file", place)
    eventually("it arrives", lambda: "waiting at the door for you" in ada.texts(), 40)


@fact
def a_passphrase_can_be_changed(house):
    ada, first = with_passphrase(house)
    second = ada.passphrase_file(SECOND, "second")
    with ada.terminal("passphrase") as screen:
        screen.expect("passphrase: ")
        screen.type(FIRST)
        screen.expect("new passphrase [^:]*:[^:]*: ")
        screen.type(SECOND)
        screen.expect("once more: ")
        screen.type(SECOND)
        assert screen.end() == DONE, screen.text
        assert FIRST not in screen.text and SECOND not in screen.text, "a passphrase was echoed"
    ada.lock()
    ada.refused("WRONG_PASSPHRASE", "unlock", "--passphrase-file", first)
    ada.duolog("unlock", "--passphrase-file", second)


@fact
def a_passphrase_is_asked_for_at_a_terminal_and_not_shown(house):
    ada, _place = with_passphrase(house)
    ada.lock()
    with ada.terminal("unlock") as screen:
        screen.expect("passphrase: ")
        screen.type(FIRST)
        assert screen.end() == DONE, screen.text
        assert FIRST not in screen.text, "the passphrase was echoed"
    assert ada.status()["locked"] is False


@fact
def a_passphrase_file_may_be_named_by_the_environment(house):
    ada, place = with_passphrase(house)
    ada.lock()
    ada.duolog("unlock", environment={"DUOLOG_PASSPHRASE_FILE": place})


@fact
def no_command_takes_a_passphrase_from_its_arguments(house):
    ada, _place = with_passphrase(house)
    ada.lock()
    assert ada.run("unlock", FIRST).code == USAGE
    assert ada.run("unlock", "--passphrase", FIRST).code == USAGE


@fact
def init_at_a_terminal_says_what_enter_means_and_shows_the_words(house):
    ada = house.person("Ada")
    ada.start()
    with ada.terminal("init", rows=60) as screen:
        screen.expect("your name[^:]*: ")
        screen.type("Ada")
        screen.expect(r"whoever\s+takes\s+the\s+disk\s+reads\s+the\s+journal")
        screen.expect("passphrase: ")
        screen.type("")
        words = words_on(screen)
        house.secrets.words(words)
        screen.expect(r"checked now\? .*\[y/N\] ")
        screen.type("")
        assert screen.end() == DONE, screen.text
    ada.learn_key()
    assert ada.duolog("words", "--json").object["words"] == words


def words_on(screen):
    """The 24 words that are shown, in their order."""
    shown = screen.expect(r"(?s)your 24 words\n(.*)they are the one way back")[1]
    numbered = {int(number): word for number, word in re.findall(r"\b(\d{1,2}) ([a-z]{3,8})\b", shown)}
    assert sorted(numbered) == list(range(1, 25)), shown
    return [numbered[place] for place in range(1, 25)]


@fact
def the_words_are_shown_until_they_are_confirmed_and_then_gone(house):
    ada = house.resident("Ada")
    for _ in range(2):
        assert len(ada.duolog("words", "--json").object["words"]) == 24
    with ada.terminal("words", rows=60) as screen:
        words = words_on(screen)
        screen.expect(r"checked now\? .*\[y/N\] ")
        screen.type("y")
        for _ in range(3):
            place = int(screen.expect(r"word (\d+): ")[1])
            screen.type(words[place - 1])
        assert screen.end() == DONE, screen.text
    ada.refused("WORDS_GONE", "words")
    assert ada.status()["device"]["words_confirmed"] is True
    ada.restart()
    ada.refused("WORDS_GONE", "words")


@fact
def words_that_do_not_fit_confirm_nothing(house):
    ada = house.resident("Ada")
    with ada.terminal("words", rows=60) as screen:
        words = words_on(screen)
        screen.expect(r"checked now\? .*\[y/N\] ")
        screen.type("y")
        for _ in range(3):
            place = int(screen.expect(r"word (\d+): ")[1])
            screen.type(words[place % 24])
        assert screen.end() == FAILED, screen.text
    assert ada.status()["device"]["words_confirmed"] is False
    assert ada.duolog("words", "--json").object["words"] == words


@fact
def the_words_are_behind_the_passphrase_too(house):
    ada, place = with_passphrase(house)
    wrong = ada.passphrase_file("not the sentence at all", "wrong")
    ada.refused("WRONG_PASSPHRASE", "words", "--passphrase-file", wrong)
    ada.duolog("words", "--passphrase-file", place)


@fact
def going_over_to_a_key_file_and_back_keeps_everything(house):
    ada, first = with_passphrase(house)
    ada.write("it stays, whatever opens it")
    ada.duolog("passphrase", "--passphrase-file", first, "--key-file")
    ada.learn_key()
    ada.restart()
    assert ada.texts() == ["it stays, whatever opens it"], "with a key file it starts open"
    second = ada.passphrase_file(SECOND, "second")
    ada.duolog("passphrase", "--new-passphrase-file", second)
    assert not ada.key_file().exists()
    ada.restart()
    ada.refused("LOCKED", "list", expect=LOCKED)
    ada.duolog("unlock", "--passphrase-file", second)
    assert ada.texts() == ["it stays, whatever opens it"]
