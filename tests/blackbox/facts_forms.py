"""Forms as people meet them: the last look, an answer given again, a kind word, a script that asks what is asked."""
# SPDX-License-Identifier: GPL-3.0-or-later
import re

import wrong_clock
from facts_practices import asked, does, kept, latest, round_of, saves
from house import eventually, fact
from person import DONE, FAILED, USAGE
from wrong_clock import WrongClock


def fields_of(person, practice):
    """The newest of one's own answers to the current round."""
    answers = [answer for answer in round_of(person, practice)["answers"] if answer["mine"]]
    return {field["id"]: field.get("number", field["text"]) for field in answers[-1]["fields"]}


@fact
def before_a_form_is_saved_any_of_its_answers_can_be_changed(house):
    ada, _bo = house.two()
    with asked(ada, "need") as screen:
        for words in ("the guests stayed", "worn", "rest", "an hour"):
            screen.expect(r" of 4\n[^>]*> ")
            screen.type(words)
        screen.expect(r"before it is saved\n  1 when: the guests stayed\n  2 feel: worn\n  3 need: rest\n  4 would you: an hour\n")
        screen.expect(r"later\s+keeps\s+it\s+> ")
        screen.type("2")
        screen.expect(r"2 of 4\n[^>]*so far: worn\n[^>]*> ")
        screen.type("worn out")
        screen.expect(r"  2 feel: worn out\n[^>]*> ")
        screen.type("later")
        assert screen.end() == DONE, screen.text
    assert latest(ada, "need") is None and kept()
    with asked(ada, "need") as screen:
        screen.expect(r"\[Y/n\] ")
        screen.type("")
        screen.expect("all of it is answered already")
        saves(screen)
        assert screen.end() == DONE, screen.text
    assert [field["text"] for field in latest(ada, "need")["fields"]] == ["the guests stayed", "worn out", "rest", "an hour"]
    assert not kept()


@fact
def with_yes_a_form_is_saved_as_it_was_answered(house):
    ada, _bo = house.two()
    with asked(ada, "mood", "--yes") as screen:
        for words in ("4", "light", ""):
            screen.expect(r" of 3[^>]*> ")
            screen.type(words)
        assert screen.end() == DONE and "before it is saved" not in screen.text, screen.text


@fact
def at_a_kind_word_later_is_a_command_and_nothing_is_lost(house):
    ada, _bo = house.two()
    with asked(ada, "need") as screen:
        screen.expect(r"1 of 4\n[^>]*> ")
        screen.type("you never call")
        screen.expect(r"write it anew\) > ")
        screen.type("later")
        assert screen.end() == DONE, screen.text
    assert latest(ada, "need") is None
    with asked(ada, "need") as screen:
        screen.expect(r"\[Y/n\] ")
        screen.type("")
        screen.expect(r"1 of 4\n[^>]*so far: you never call\n[^>]*> ")
        screen.type("later")
        assert screen.end() == DONE, screen.text


@fact
def ctrl_c_before_anything_was_answered_says_that_there_is_nothing_to_keep(house):
    ada, _bo = house.two()
    with asked(ada, "need") as screen:
        screen.expect(r"1 of 4\n[^>]*> ")
        screen.press(b"\x03")
        assert screen.end() == FAILED
        assert "nothing was answered, so there is nothing to keep" in " ".join(screen.text.split()), screen.text
    assert not kept()


@fact
def an_answer_given_again_keeps_what_is_not_set_anew(house):
    ada, bo = house.two()
    does(ada, "checkin", connection=7, highlight="the herons by the weir", wish="less hurry in the mornings")
    again = ada.duolog("checkin", "--set", "connection=8", "--set", "wish=")
    assert "in it, too" in again.text and "highlight: the herons by the weir" in again.text, again.text
    assert fields_of(ada, "checkin") == {"connection": 8, "highlight": "the herons by the weir"}
    does(bo, "checkin", connection=5)
    eventually("both are in", lambda: round_of(ada, "checkin")["theirs_in"])
    with asked(ada, "checkin", columns=80) as screen:
        screen.expect(r"answer\s+again\?\s+\[y/N\] ")
        screen.type("y")
        screen.expect(r"1 of 5[^>]*so far: 8[^>]*> ")
        screen.press(b"\x03")
        assert screen.end() == FAILED


@fact
def a_second_mood_of_the_day_is_a_mood_of_its_own(house):
    ada, _bo = house.two()
    does(ada, "mood", mood=2, word="frayed", line="three meetings about one")
    does(ada, "mood", mood=4, word="rested")
    assert fields_of(ada, "mood") == {"mood": 4, "word": "rested"}


@fact
def a_kind_word_comes_after_what_was_given_on_the_command_line(house):
    ada, _bo = house.two()
    fields = {"when": "you never call on Sundays", "feel": "alone", "need": "a word", "would_you": "call me"}
    settings = [f"--set={field}={text}" for field, text in fields.items()]
    saved = ada.duolog("need", *settings)
    assert saved.text.startswith("saved"), saved.said
    assert saved.err.decode().count('you wrote "you never …": ') == 1 and "easier to answer" in saved.err.decode(), saved.said
    assert latest(ada, "need")["fields"][0]["text"] == "you never call on Sundays"
    assert ada.duolog("need", "--json", *settings).err == b""
    assert ada.duolog("mood", "2", "low", "you never call", "on Sundays").err == b""  # mood has no such word


@fact
def a_script_is_told_what_is_asked(house):
    ada, _bo = house.two()
    for practice, field in (("checkin", "connection"), ("mood", "mood"), ("need", "would_you")):
        form = ada.duolog(practice, "--json").object["form"]
        assert field in {one["id"] for one in form}, form
        told = ada.run(practice)
        assert told.code == USAGE and f"--set {field}=" in told.said, told.said
    short = ada.run("appreciate", "only one")
    assert short.code == USAGE and "at least 3, and there is 1" in short.said, short.said
    assert round_of(ada, "checkin")["mine_in"] is False


@fact
def an_earlier_round_that_waits_is_answered_by_the_command_that_is_shown(house):
    clock = WrongClock(house)
    clock.jump("-7d")
    ada, bo = (house.resident(name, via=clock.via, asan=wrong_clock.ASAN) for name in ("Ada", "Bo"))
    house.pair(ada, bo)
    does(ada, "checkin", connection=7)
    eventually("Bo knows", lambda: round_of(bo, "checkin")["theirs_in"])
    period = round_of(bo, "checkin")["period"]
    clock.jump("+0")
    for someone in (ada, bo):
        someone.restart()
    shown = eventually("a week has gone by", lambda: next((text for text in [bo.duolog().text] if "--period" in text), None))
    command = re.search(r"→ duolog (checkin --period \S+)", shown)
    assert command and command[1].split()[-1] == period, shown
    bo.duolog(*command[1].split(), "--set", "connection=5")
    earlier = next(one for one in bo.json("answers", "checkin") if one["period"] == period)
    assert earlier["mine_in"] and not earlier["current"], earlier
