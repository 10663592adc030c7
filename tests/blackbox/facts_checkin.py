"""The weekly check-in: sealed until both have answered, then open on both sides by itself."""
# SPDX-License-Identifier: GPL-3.0-or-later
import json

import canary
from house import eventually, fact
from person import DONE, FAILED, LOCKED, USAGE

ADAS = {"highlight": "we walked home along the canal", "distance": "the week of the two deadlines",
        "wish": "an evening without any screens"}
BOS = {"highlight": "breakfast on the fire escape", "distance": "none that I could name",
       "wish": "sleeping in on Sunday morning"}


def round_of(person):
    return person.duolog("answers", "checkin", "--json").objects[0]


def spoken(person):
    """All words of answers that this person can read, in every way the command line has."""
    return "".join(person.duolog(*command).text for command in (
        ["answers"], ["answers", "checkin", "--json"], ["list"], ["list", "--json"], ["today", "--json"], []))


@fact
def an_answer_cannot_be_read_before_ones_own_is_in(house):
    ada, bo = house.two()
    ada.check_in(7, **ADAS)
    eventually("Bo knows that there is one", lambda: round_of(bo)["theirs_in"])
    assert not any(answer in spoken(bo) for answer in ADAS.values())
    seen = canary.in_memory(bo.daemon.pid, [answer.encode() for answer in ADAS.values()])
    if seen is None:
        print("SKIPPED, the daemon's memory was not looked at: this user may not")
    else:
        assert not seen, f"in the memory of Bo's daemon: {seen}"
    bo.check_in(8, **BOS)
    for someone in (ada, bo):
        eventually(f"both answers open for {someone.name}", lambda who=someone: len(round_of(who)["answers"]) == 2)
        for answer in (*ADAS.values(), *BOS.values()):
            assert answer in spoken(someone), f"{someone.name} does not see {answer!r}"


@fact
def the_answers_open_when_the_second_comes_back_from_a_journey(house):
    ada, bo = house.two()
    bo.stop()
    ada.check_in(6, **ADAS)
    ada.stop()
    bo.start()
    bo.check_in(9, **BOS)
    assert not any(answer in spoken(bo) for answer in ADAS.values())
    ada.start()
    for someone in (ada, bo):
        eventually(f"both answers open for {someone.name}", lambda who=someone: len(round_of(who)["answers"]) == 2, 40)


@fact
def a_watcher_is_told_when_the_answers_open(house):
    ada, bo = house.two()
    ada.check_in(7, **ADAS)
    eventually("Bo knows that there is one", lambda: round_of(bo)["theirs_in"])
    bo.write("something, so that it is certain who listens")
    with ada.lines("watch", "--backlog", "--json") as watching:
        watching.until(lambda said: said["event"] == "entry")
        bo.check_in(8, **BOS)
        told = watching.until(lambda said: said["event"] == "opened")
        assert BOS["wish"] in json.dumps(told) or told["round"]["theirs_in"]


@fact
def answers_survive_a_restart_on_both_sides(house):
    ada, bo = house.two()
    ada.check_in(7, **ADAS)
    bo.check_in(8, **BOS)
    for someone in (ada, bo):
        eventually("open", lambda who=someone: len(round_of(who)["answers"]) == 2)
        someone.restart()
        round_seen = round_of(someone)
        assert len(round_seen["answers"]) == 2
        numbers = sorted(f["number"] for a in round_seen["answers"] for f in a["fields"] if f["id"] == "connection")
        assert numbers == [7, 8]


@fact
def a_check_in_asks_field_by_field_at_a_terminal(house):
    ada, bo = house.two()
    for answer in ADAS.values():
        house.secrets.text(answer, "an answer")
    with ada.terminal("checkin") as screen:
        screen.expect(r"1 of 5\n[^>]*1 far apart … 10 very close\n> ")
        screen.type("11")  # not on the scale: asked again
        screen.expect(r"from 1 to 10\n> ")
        screen.type("7")
        for place, field in enumerate(("highlight", "distance", "wish"), 2):
            screen.expect(rf"{place} of 5 · may be left out\n[^>]*> ")
            screen.type(ADAS[field])
        screen.expect(r"5 of 5 · may be left out\n[^>]*> ")
        screen.type("")
        screen.expect(r"before it is saved\n  1 connection: 7\n[^>]*later keeps it > ")
        screen.type("")
        assert screen.end() == DONE, screen.text
    assert round_of(ada)["mine_in"] is True
    eventually("Bo knows", lambda: round_of(bo)["theirs_in"])


@fact
def a_check_in_wants_its_scale_and_its_fields(house):
    ada, _bo = house.two()
    for wrong in (["--set", "connection=11"], ["--set", "connection=0"], ["--set", "connection=often"],
                  ["--set", "colour=blue"], ["--set", "connection"]):
        answer = ada.run("checkin", "--set", "connection=5", "--set", "highlight=a", "--set", "distance=b", "--set",
                         "wish=c", *wrong)
        assert answer.code in (FAILED, USAGE), f"{wrong}: {answer.said}"
    assert round_of(ada)["mine_in"] is False


@fact
def an_answer_given_twice_shows_both_in_order(house):
    ada, bo = house.two()
    ada.check_in(3, highlight="first thought: the long call", distance="first: nothing", wish="first: more calls")
    ada.check_in(8, highlight="second thought: the picnic", distance="second: nothing", wish="second: more picnics")
    bo.check_in(5, **BOS)

    def all_open():
        found = round_of(bo)
        return found if sum(bool(answer["fields"]) for answer in found["answers"]) == 3 else None

    opened = eventually("all three open", all_open)
    mine = [f["number"] for a in opened["answers"] if a["author"] == "Ada" for f in a["fields"] if f["id"] == "connection"]
    assert mine == [3, 8]


@fact
def one_person_alone_may_check_in(house):
    ada = house.resident("Ada")
    ada.check_in(6, **ADAS)
    assert ADAS["wish"] in ada.duolog("answers").text
