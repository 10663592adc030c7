"""What two people do with it: every practice between two daemons, from the command line and at a terminal."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import datetime
import pathlib
import zoneinfo

from facts_drafts import editor
from house import eventually, fact, waits
from person import DONE, FAILED, NOT_FOUND, USAGE, today

MEMORY = pathlib.Path("/dev/shm")
RANKED = "words time help gifts touch"


def kept():
    """Forms that somebody has begun and not finished."""
    return sorted(MEMORY.glob("duolog-form-*"))


def does(person, practice, **fields):
    """Answers with every field set; lists item by item. None of it may be found anywhere in clear."""
    settings = []
    for field, given in fields.items():
        for value in given if isinstance(given, list) else [given]:
            if len(str(value)) > 12:
                person.house.secrets.text(str(value), "an answer")
            settings += ["--set", f"{field}={value}"]
    return person.duolog(practice, "--json", *settings).object


def latest(person, practice):
    """The newest answer to it that this person has, or None."""
    found = [item for item in person.list("--kind", "answer") if item["practice"] == practice]
    return found[-1] if found else None


def arrives(person, saved):
    return eventually(f"{person.name} has {saved['id'][:8]}", lambda: next(
        (item for item in person.list() if item["id"] == saved["id"]), None))


def whole(person, saved):
    return person.duolog("show", saved["id"][:8], "--json").object


def stands(person, saved, state):
    eventually(f"it is {state} for {person.name}", lambda: whole(person, saved)["state"] == state)


def round_of(person, practice):
    return person.duolog("answers", practice, "-n", "1", "--json").objects[0]


def both_read(house_people, practice, words):
    for someone in house_people:
        eventually(f"both are in for {someone.name}", lambda who=someone: all(
            word in who.duolog("answers", practice).text for word in words))


# ---- every practice, from the command line ----


@fact
def the_question_of_the_day_is_the_same_for_both_and_opens_when_both_are_in(house):
    ada, bo = house.two()
    asked = [someone.duolog("question", "--json").object["form"][0]["question"] for someone in (ada, bo)]
    assert asked[0] == asked[1] and asked[0] in ada.duolog("question").text, asked
    house.secrets.text("the kitchen at six, still dark", "an answer")
    ada.duolog("question", "the", "kitchen", "at six,", "still dark")
    eventually("Bo knows", lambda: round_of(bo, "question")["theirs_in"])
    assert "kitchen" not in bo.duolog("answers").text + bo.duolog("list", "--json").text + bo.duolog().text
    does(bo, "question", answer="rain on the tin roof")
    both_read((ada, bo), "question", ["the kitchen at six, still dark", "rain on the tin roof"])


@fact
def a_question_that_is_skipped_is_not_asked_again_today(house):
    ada, _bo = house.two()
    assert "question of the day" in ada.duolog().text
    assert "nothing counts it" in ada.duolog("question", "--skip").text
    assert "question of the day" not in ada.duolog().text
    assert "question" not in ada.duolog("today", "--line").text


@fact
def reflections_moods_and_gestures_arrive_open(house):
    ada, bo = house.two()
    thought = does(ada, "reflect", thought="your father was right after all")
    mood = ada.duolog("mood", "4", "tired", "a long day", "and a good one", "--json").object
    gesture = does(bo, "gesture", gesture="you waited up for me again", language="time")
    assert "your father was right after all" in str(arrives(bo, thought))
    said = {field["id"]: field for field in arrives(bo, mood)["fields"]}
    assert said["mood"]["number"] == 4 and said["line"]["text"] == "a long day and a good one", said
    arrives(ada, gesture)
    ada.duolog("reply", gesture["id"][:8], "--as", "thank", "--yes")
    stands(bo, gesture, "thank")
    assert ada.run("reflect").code == USAGE  # nobody to ask


@fact
def appreciations_go_in_turns_and_a_turn_may_be_passed(house):
    ada, bo = house.two()
    short = ada.run("appreciate", "only one")
    assert short.code in (FAILED, USAGE), short.said
    saved = does(ada, "appreciate", appreciations=["you peeled the oranges", "you sang in the car", "you waited up"])
    arrives(bo, saved)
    assert round_of(bo, "appreciate")["turn"] == "yours" and round_of(ada, "appreciate")["turn"] == "theirs"
    assert "it is Bo's turn" in ada.duolog("answers", "appreciate").text
    # Whoever has had a turn has none left to pass.
    assert "yours is in; it is Bo's turn" in ada.duolog("appreciate", "--pass").text
    eventually("Bo knows", lambda: round_of(bo, "appreciate")["theirs_passed"])
    assert "Ada has written; it is your turn" in bo.duolog("answers", "appreciate").text
    assert "you have passed; each of you has had a turn" in bo.duolog("appreciate", "--pass").text
    eventually("Ada knows", lambda: round_of(ada, "appreciate")["theirs_passed"])


@fact
def a_prompt_is_offered_left_and_answered(house):
    ada, bo = house.two()
    offered = ada.duolog("prompt", "--json").object["offered"]
    assert offered and offered in " ".join(ada.duolog("prompt").text.split())
    house.secrets.text("which song was on when you learned to drive?", "a prompt")
    saved = ada.duolog("prompt", "--json", "which song was on when you learned to drive?").object
    arrives(bo, saved)
    assert "which song was on" in bo.duolog("today").text
    house.secrets.text("the one with the whistling in it", "a reply")
    bo.duolog("reply", saved["id"][:8], "--as", "answer", "the one with the whistling in it")
    stands(ada, saved, "answer")
    assert "the one with the whistling in it" in ada.duolog("show", saved["id"][:8]).text


@fact
def two_rankings_of_care_are_sealed_and_then_matched(house):
    ada, bo = house.two()
    ada.duolog("languages", "--set", f"receive={RANKED}", "--set", "give=help time words gifts touch")
    eventually("Bo knows", lambda: round_of(bo, "languages")["theirs_in"])
    assert "likes to receive" not in bo.duolog("languages").text
    bo.duolog("languages", "--set", "receive=1 2 3 4 5", "--set", "give=touch words time help gifts")
    for someone, other in ((ada, "Bo"), (bo, "Ada")):
        shown = eventually("the match is there", lambda who=someone, name=other: next(
            (text for text in [who.duolog("languages").text] if f"{name} likes to receive" in text), None))
        assert "you like to receive: kind words, then time for each other" in shown, shown
        assert f"you like it, and {other} gives it" in shown, shown
    ideas = ada.duolog("languages", "--ideas", "touch").text
    assert ideas.count("\n- ") >= 12, ideas
    assert ada.run("languages", "--set", "receive=words words time help gifts", "--set", "give=1 2 3 4 5").code == USAGE


@fact
def closeness_opens_when_both_are_in_and_is_drawn_over_time(house):
    ada, bo = house.two()
    ada.duolog("closeness", "8", "9", "7", "after the long talk on the stairs")
    does(bo, "closeness", safe=6, trust=10, understood=5)
    both_read((ada, bo), "closeness", ["after the long talk on the stairs"])
    drawn = ada.duolog("trends", "closeness").text
    for line in ("safe to say things", "o you: 8", "x Bo: 6", "trust to be supported", "feeling understood"):
        assert line in drawn, drawn
    series = ada.json("trends", "closeness")
    assert {(one["field"], one["person"]): one["points"][0]["value"] for one in series}[("safe", "Bo")] == 6


@fact
def a_need_is_answered_with_a_limit(house):
    ada, bo = house.two()
    saved = does(ada, "need", when="the guests stayed until one", feel="worn out", need="an hour to count on",
                 would_you="agree on an hour with me")
    arrives(bo, saved)
    assert "a need" in bo.duolog().text and "a reply" in bo.duolog("today", "--line").text
    offered = {manner["manner"] for manner in whole(bo, saved)["may"]}
    assert {"agree", "boundary", "compromise"} <= offered, offered
    house.secrets.text("not on evenings before a shift", "a reply")
    bo.duolog("reply", saved["id"][:8], "--as", "boundary", "not on evenings before a shift")
    stands(ada, saved, "boundary")
    assert "names a limit" in ada.duolog("show", saved["id"][:8]).text
    assert "a need" not in bo.duolog().text
    other = does(ada, "need", when="the bill lay there for a week", feel="uneasy", need="to know who pays",
                 would_you="look at it with me on Friday")
    arrives(bo, other)
    assert "a need" in bo.duolog().text
    house.secrets.text("friday is full; sunday morning, over coffee", "a reply")
    bo.duolog("reply", other["id"][:8], "--as", "compromise", "friday is full; sunday morning, over coffee")
    stands(ada, other, "compromise")
    shown = ada.duolog("show", other["id"][:8]).text
    assert "answered with something in between" in shown and "offers something in between" in shown, shown
    assert "a need" not in bo.duolog().text
    # It is Ada's: she cannot answer it as if she were Bo.
    assert ada.run("reply", saved["id"][:8], "--as", "agree", "--yes").code in (FAILED, USAGE)


@fact
def a_promise_is_kept_or_owned_by_the_one_who_made_it(house):
    ada, bo = house.two()
    tomorrow = (today() + datetime.timedelta(days=1)).isoformat()
    first = does(ada, "promise", promise="I call the landlord about the tap", by=tomorrow)
    second = does(ada, "promise", promise="I mend the gate before the frost")
    for saved in (first, second):
        arrives(bo, saved)
    assert "I call the landlord" in bo.duolog().text and "I mend the gate" in ada.duolog().text
    assert bo.run("reply", first["id"][:8], "--as", "kept", "--yes").code in (FAILED, USAGE)
    ada.duolog("reply", first["id"][:8], "--as", "kept", "--yes")
    ada.duolog("reply", second["id"][:8], "--as", "owned", "the frost came first; in spring")
    stands(bo, first, "kept")
    stands(bo, second, "owned")
    assert "promises" not in bo.duolog().text


@fact
def a_repair_says_where_its_limits_are_and_is_forgiven(house):
    ada, bo = house.two()
    with asked(ada, "repair", columns=100) as screen:  # the first there ever was
        screen.expect(r"in turns: you begin; then it is Bo's turn\.\n[^>]*1 of 4\n[^>]*> ")
        screen.press(b"\x03")
        assert screen.end() == FAILED and "has had one" not in screen.text, screen.text
    said = ada.duolog("repair", *(f"--set={field}=what was said at supper: {field}" for field in (
        "what_happened", "my_part", "sorry", "will_do")))
    assert "professional" in said.text and "it is Bo's turn" in said.text, said.text
    saved = eventually("it arrives", lambda: latest(bo, "repair"))
    bo.duolog("reply", saved["id"][:8], "--as", "later", "--yes")
    bo.duolog("reply", saved["id"][:8], "--as", "forgive", "--yes")
    stands(ada, saved, "forgive")


@fact
def a_plan_is_accepted_and_then_called_off(house):
    ada, bo = house.two()
    day = (today() + datetime.timedelta(days=3)).isoformat()
    saved = does(ada, "plan", kind="activity", what="the long way round the lake", start=f"{day} 15:00")
    arrives(bo, saved)
    assert "waits for your answer" in bo.duolog().text and "not answered yet" in ada.duolog().text
    bo.duolog("reply", saved["id"][:8], "--as", "accept", "--yes")
    stands(ada, saved, "accept")
    ada.duolog("reply", saved["id"][:8], "--as", "cancelled", "--yes")
    stands(bo, saved, "cancelled")


@fact
def a_plan_is_declined_or_something_else_is_suggested_and_both_pages_say_so(house):
    ada, bo = house.two()
    day = (today() + datetime.timedelta(days=3)).isoformat()
    saved = does(ada, "plan", kind="conversation", what="an hour about the flat", start=f"{day} 19:00")
    arrives(bo, saved)
    bo.duolog()  # has read it
    house.secrets.text("the morning after would be kinder to me", "a reply")
    bo.duolog("reply", saved["id"][:8], "--as", "suggest", "the morning after would be kinder to me")
    stands(ada, saved, "suggest")
    page = " ".join(ada.duolog().text.split())
    assert "the morning after would be kinder" in page and "not answered yet" not in page, page
    assert "something else is suggested" in page, page
    page = " ".join(bo.duolog().text.split())
    assert "you suggest something else" in page and "waits for your answer" not in page, page
    bo.duolog("reply", saved["id"][:8], "--as", "decline", "--yes")
    stands(ada, saved, "decline")
    assert "says not this time" in ada.duolog("show", saved["id"][:8]).text
    for someone in (ada, bo):
        assert "time together" not in someone.duolog().text, someone.duolog().text


@fact
def only_an_answer_takes_the_talk_flag_down(house):
    ada, bo = house.two()
    house.secrets.text("about the summer and your mother", "a subject")
    saved = ada.duolog("talk", "--json", "about the summer and your mother", "--set", "when=this-week").object
    arrives(bo, saved)
    assert "talk" in bo.duolog("today", "--line").text
    bo.duolog("reply", saved["id"][:8], "--as", "later", "--yes")
    eventually("Ada has heard", lambda: whole(ada, saved)["remarks"])
    for said in ("I'd like to talk", "would like to talk"):  # as news, and as what still waits
        assert said in bo.duolog().text
    bo.duolog("reply", saved["id"][:8], "--as", "answer", "tomorrow after the dishes")
    stands(ada, saved, "answer")
    for someone in (ada, bo):
        assert "would like to talk" not in someone.duolog().text


@fact
def three_ways_to_listen_and_an_emoji(house):
    ada, bo = house.two()
    saved = ada.write("I was the last to hear of it")
    arrives(bo, saved)
    for manner in ("reflect", "ask", "validate"):
        words = f"so it was less the money, said with {manner}"
        house.secrets.text(words, "a reply")
        bo.duolog("reply", saved["id"][:8], f"--{manner}", words)
    bo.duolog("react", saved["id"][:8], "🌿")
    shown = eventually("all of it is here", lambda: next((text for text in [ada.duolog("show", saved["id"][:8]).text]
                                                          if text.count("so it was less") == 3 and "🌿 Bo" in text), None))
    assert "says back what was heard" in shown and "says that it makes sense" in shown
    bo.duolog("react", saved["id"][:8], "--none")
    eventually("it is taken back", lambda: "🌿" not in ada.duolog("show", saved["id"][:8]).text)


@fact
def what_was_private_is_shared_later_and_keeps_its_day(house):
    ada, bo = house.two()
    saved = ada.write("for myself, at first: the dream about the house", "--private")
    assert ada.run("share", saved["id"][:8]).code == USAGE  # nobody to ask
    with ada.terminal("share", saved["id"][:8]) as screen:
        screen.expect("Bo will be able to read it")
        screen.type("n")
        assert screen.end() == DONE and "nothing was shared" in screen.text
    shared = ada.duolog("share", saved["id"][:8], "--yes", "--json").object
    there = arrives(bo, shared)
    assert there["text"] == "for myself, at first: the dream about the house" and there["first_written"]
    assert "first written" not in bo.duolog("show", shared["id"][:8]).text  # on the same day there is nothing to say


@waits
@fact
def a_letter_opens_at_its_minute_with_nobody_doing_anything(house):
    ada, bo = house.two()
    opens = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Berlin")) + datetime.timedelta(seconds=120)
    words = "what I could not say on the platform"
    house.secrets.text(words, "a letter")
    ada.duolog("write", "--json", "--open-on", opens.strftime("%Y-%m-%dT%H:%M"), words)
    eventually("it is open", lambda: words in bo.duolog("list", "--json").text, 190)


@fact
def a_letter_waits_for_its_day(house):
    ada, bo = house.two()
    words = "for the day you move out, my dear"
    house.secrets.text(words, "a letter")
    saved = ada.duolog("write", "--json", "--open-on", "2099-12-01", words).object
    eventually("Bo knows of it", lambda: "a letter to you" in bo.duolog("letters").text)
    said = "".join(bo.duolog(*command).text for command in (
        ["letters"], ["letters", "--json"], ["list"], ["list", "--json"], ["show", saved["id"][:8]], []))
    assert words not in said and "opens 2099-12-01" in said, said
    assert words not in ada.duolog("letters").text and words not in ada.duolog("list").text
    assert words in ada.duolog("show", saved["id"][:8]).text
    ada.refused("TOO_EARLY", "write", "--open-on", "2020-12-01", "too late", expect=USAGE)


@fact
def a_calendar_holds_when_both_have_agreed_and_depth_is_the_more_cautious_ones(house):
    ada, bo = house.two()
    ada.duolog("config", "calendar", "--zone", "Europe/Vienna", "--turn", "5", "--week", "sunday")
    eventually("Bo hears of it", lambda: "Ada proposes: Europe/Vienna" in bo.duolog("config", "calendar").text)
    assert "Ada proposes another calendar" in bo.duolog().text
    bo.duolog("config", "calendar", "--agree")
    for someone in (ada, bo):
        eventually("it holds", lambda who=someone: "calendar: Europe/Vienna, a day ends at 05:00, a week begins on sunday"
                   in who.duolog("config").text)
    ada.duolog("config", "depth", "3")
    ada.duolog("config", "unanswered", "open")
    agreed = eventually("Bo hears of it", lambda: next((one for one in bo.json("config") if
                                                        one["agreements"][0]["their_depth"] == 3), None))["agreements"][0]
    assert (agreed["depth"], agreed["unanswered"], agreed["their_unanswered"]) == (1, "wait", "open")


@fact
def a_pause_is_for_both_and_ends_when_somebody_says_so(house):
    ada, bo = house.two()
    assert "paused until duolog resume" in ada.duolog("pause").text
    eventually("Bo hears of it", lambda: "paused" in bo.duolog().text)
    assert bo.duolog("today", "--line").text == "\n"
    assert "no pause" in ada.duolog("resume").text
    eventually("Bo hears of it", lambda: "paused" not in bo.duolog().text)


@fact
def a_practice_of_their_own_travels_and_is_answered_on_both_sides(house):
    ada, bo = house.two()
    source = ada.duolog("practices", "show", "checkin", "--toml").out
    mine = source.replace(b'id = "checkin"', b'id = "sunday-walk"').replace(b'title = "Check-in"', b'title = "Sunday walk"')
    broken = ada.run("practices", "import", "-", stdin=mine.replace(b'rhythm = "weekly"', b'rhythm = "often"'))
    assert broken.code == FAILED and "rhythm" in broken.said and "standard input:" in broken.said, broken.said
    assert "sunday-walk" not in ada.duolog("practices").text
    ada.duolog("practices", "import", "-", stdin=mine)
    assert "duolog do sunday-walk" in ada.duolog("practices").text
    eventually("Bo has it, too", lambda: "duolog do sunday-walk" in bo.duolog("practices").text)
    for someone, words in ((ada, "the herons by the weir"), (bo, "the smell of the sugar factory")):
        house.secrets.text(words, "an answer")
        someone.duolog("do", "sunday-walk", "--set", "connection=7", "--set", f"highlight={words}")
    both_read((ada, bo), "sunday-walk", ["the herons by the weir", "the smell of the sugar factory"])


@fact
def a_new_practice_is_looked_through_before_it_is_kept(house):
    ada, _bo = house.two()
    editor(ada, "breaks", "grep -q never-ever \"$1\" && sed -i s/never-ever/weekly/ \"$1\" || "
                          "sed -i 's/^rhythm = .*/rhythm = \"never-ever\"/; s/^id = \"sunday-walk\"/id = \"ours\"/' \"$1\"")
    with ada.terminal("practices", "new") as screen:
        screen.expect(r"practice.toml:\d+: rhythm")
        screen.expect(r"open the editor again\? \[Y/n\] ")
        screen.type("")
        assert screen.end() == DONE and "kept" in screen.text, screen.text
    assert "duolog do ours" in ada.duolog("practices").text
    assert not list(MEMORY.glob("duolog-practice-*"))
    editor(ada, "nothing", "true")
    with ada.terminal("practices", "new") as screen:
        assert screen.end() == DONE and "nothing was changed" in screen.text, screen.text


@fact
def a_round_is_named_by_its_period(house):
    ada, bo = house.two()
    now = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Berlin")) - datetime.timedelta(hours=4)  # the hour a day turns at
    week = now.date().isocalendar()
    period = f"{week.year}-W{week.week:02}"
    for someone, connection in ((ada, 6), (bo, 8)):
        someone.duolog("checkin", "--period", period, "--set", f"connection={connection}")
    eventually("both are in", lambda: round_of(ada, "checkin")["theirs_in"])
    for wrong in ("soon", "2026-W99", "1999-W01"):
        ada.refused("NO_SUCH_ROUND", "checkin", "--period", wrong, "--set", "connection=6", expect=USAGE)


@fact
def the_guide_is_read_without_a_daemon(house):
    ada = house.person("Ada")
    topics = ada.json("guide")
    assert len(topics) > 15
    for topic in topics:
        assert topic["title"] in ada.duolog("guide", topic["topic"]).text
    assert ada.run("guide", "nonsense").code == NOT_FOUND


# ---- at a terminal ----


@contextlib.contextmanager
def asked(person, *command, columns=40):
    with person.terminal(*command, columns=columns) as screen:
        yield screen


def saves(screen):
    """The last look at a form of several questions."""
    screen.expect(r"before it is saved\n[^>]*later\s+keeps\s+it\s+> ")
    screen.type("")


@fact
def a_form_goes_back_and_skips_at_a_terminal_of_forty_columns(house):
    ada, bo = house.two()
    for words in ("the heron on the weir", "less hurry in the mornings"):
        house.secrets.text(words, "an answer")
    with asked(ada, "checkin") as screen:
        screen.expect(r"goes on\s+in the next one")
        screen.expect(r"1 of 5\n[^>]*> ")
        screen.type("7")
        screen.expect(r"2 of 5[^>]*> ")
        screen.type("the heron on the weir")
        screen.expect(r"3 of 5[^>]*> ")
        screen.type("<")
        screen.expect(r"2 of 5[^>]*so far: the heron on the weir[^>]*> ")
        screen.type("back")
        screen.expect(r"1 of 5[^>]*so far: 7[^>]*> ")
        screen.type("8")
        for _place in (2, 3):
            screen.expect(r"of 5[^>]*> ")
            screen.type("")
        screen.expect(r"4 of 5[^>]*> ")
        screen.type("less hurry in the mornings")
        screen.expect(r"5 of 5[^>]*> ")
        screen.type("")
        saves(screen)
        assert screen.end() == DONE, screen.text
        assert b"\x1b[A" not in screen.output and b"\x1b[2J" not in screen.output and b"\x1b[H" not in screen.output
    said = {field["id"]: field for field in round_of(ada, "checkin")["answers"][0]["fields"]}
    assert said["connection"]["number"] == 8 and said["highlight"]["text"] == "the heron on the weir", said
    assert set(said) == {"connection", "highlight", "wish"}, said
    assert not kept()


@fact
def a_form_that_was_left_for_later_goes_on_where_it_stopped(house):
    ada, _bo = house.two()
    with asked(ada, "need") as screen:
        screen.expect(r"1 of 4\n[^>]*> ")
        screen.type("the guests stayed")
        screen.expect(r"2 of 4\n[^>]*> ")
        screen.type("later")
        assert screen.end() == DONE and "goes on where you" in " ".join(screen.text.split()), screen.text
    assert kept()
    ada.restart()
    with asked(ada, "need") as screen:
        screen.expect(r"you began this, and what you[^>]*\[Y/n\] ")
        screen.type("")
        screen.expect(r"2 of 4\n[^>]*> ")
        screen.type("worn")
        for words in ("rest", "an hour"):
            screen.expect(r" of 4\n[^>]*> ")
            screen.type(words)
        saves(screen)
        assert screen.end() == DONE, screen.text
    assert not kept()
    assert [field["text"] for field in latest(ada, "need")["fields"]] == ["the guests stayed", "worn", "rest", "an hour"]


@fact
def ctrl_c_in_the_middle_of_a_line_loses_nothing(house):
    ada, _bo = house.two()
    with asked(ada, "reflect") as screen:
        screen.expect(r"1 of 3[^>]*> ")
        screen.type("rain")
        screen.expect(r"2 of 3[^>]*> ")
        screen.press(b"lighter since no")
        screen.press(b"\x03")
        assert screen.end() == FAILED, screen.text
        said = " ".join(screen.text.split())
        assert "what you answered is kept in memory until you log out: duolog reflect goes on" in said, said
        assert "nothing was saved" not in said and "hint:" not in said, said
    with asked(ada, "reflect") as screen:
        screen.expect(r"\[Y/n\] ")
        screen.type("")
        screen.expect(r"2 of 3[^>]*so far: lighter since no\n[^>]*> ")
        screen.type("lighter since noon")
        screen.expect(r"3 of 3[^>]*> ")
        screen.type("")
        saves(screen)
        assert screen.end() == DONE, screen.text
    assert [field["text"] for field in latest(ada, "reflect")["fields"]] == ["rain", "lighter since noon"]
    assert not kept()


@fact
def a_window_that_is_closed_in_the_middle_of_a_form_loses_nothing(house):
    ada, _bo = house.two()
    with asked(ada, "reflect") as screen:
        screen.expect(r"1 of 3[^>]*> ")
        screen.type("rain")
        screen.expect(r"2 of 3[^>]*> ")
        screen.hang_up()
    with asked(ada, "reflect") as screen:
        screen.expect(r"\[Y/n\] ")
        screen.type("n")
        screen.expect(r"1 of 3 · may be left out\n[^>]*> ")
        assert "so far" not in screen.text
        assert not kept()
        screen.press(b"\x03")
        assert screen.end() == FAILED


@fact
def a_kind_word_stands_beside_always_and_never(house):
    ada, _bo = house.two()
    with asked(ada, "need") as screen:
        screen.expect(r"1 of 4\n[^>]*> ")
        screen.type("you never call")
        screen.expect(r"easier to answer\.\n[^>]*write it anew\) > ")
        screen.type("on Tuesday I waited")
        for words in ("alone", "a word", "call me"):
            screen.expect(r" of 4\n[^>]*> ")
            screen.type(words)
        saves(screen)
        assert screen.end() == DONE, screen.text
    assert latest(ada, "need")["fields"][0]["text"] == "on Tuesday I waited"


@fact
def a_choice_is_taken_by_its_number(house):
    ada, _bo = house.two()
    day = (today() + datetime.timedelta(days=3)).isoformat()
    with asked(ada, "plan") as screen:
        screen.expect(r"1 of 4\n[^>]*1 doing something together\n[^>]*> ")
        screen.type("7")
        screen.expect(r"kind is one of[^>]*> ")
        screen.type("3")
        for words in ("reading in one room", f"{day} 18:00", ""):
            screen.expect(r" of 4[^>]*> ")
            screen.type(words)
        saves(screen)
        assert screen.end() == DONE, screen.text
    assert {field["id"]: field["text"] for field in latest(ada, "plan")["fields"]}["kind"] == "quiet"


@fact
def a_reply_is_chosen_from_what_there_is(house):
    ada, bo = house.two()
    saved = does(ada, "mood", mood=2, word="frayed")
    arrives(bo, saved)
    with asked(bo, "reply", saved["id"][:8]) as screen:
        screen.expect(r"1 say that it makes sense to you\n")
        screen.expect(r"its number; Enter\s+stops\) > ")
        screen.type("1")
        screen.expect(r"What makes sense to you[^>]*> ")
        screen.type("after such a week, yes")
        assert screen.end() == DONE, screen.text
    said = eventually("it arrives", lambda: whole(ada, saved)["remarks"])
    assert (said[0]["manner"], said[0]["text"]) == ("validate", "after such a week, yes"), said
    assert not kept()
