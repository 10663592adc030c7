"""What is said about what the other wrote: which way of replying is meant, whose it is to say, and what it is about."""
# SPDX-License-Identifier: GPL-3.0-or-later
from facts_practices import arrives, asked, does, latest, stands, whole
from house import eventually, fact
from person import DONE, FAILED, USAGE

NEED = {"when": "the guests stayed until one", "feel": "worn out", "need": "an hour to count on", "would_you": "agree on an hour"}


@fact
def words_alone_answer_what_waits_for_an_answer(house):
    ada, bo = house.two()
    for words in ("about the summer and your mother", "tomorrow after the dishes", "the one with the whistling in it"):
        house.secrets.text(words, "words")
    talk = ada.duolog("talk", "--json", "about the summer and your mother", "--set", "when=this-week").object
    arrives(bo, talk)
    bo.duolog("reply", talk["id"][:8], "tomorrow after the dishes")
    stands(ada, talk, "answer")
    prompt = ada.duolog("prompt", "--json", "which song was on?").object
    arrives(bo, prompt)
    empty = bo.run("reply", prompt["id"][:8])
    assert empty.code == FAILED and "no words to reply with" in empty.said and "--as answer" in empty.said, empty.said
    bo.duolog("reply", prompt["id"][:8], stdin=b"the one with the whistling in it\n")
    stands(ada, prompt, "answer")


@fact
def where_several_answers_are_possible_nothing_is_guessed(house):
    ada, bo = house.two()
    need = does(ada, "need", **NEED)
    arrives(bo, need)
    closing = {manner["manner"] for manner in whole(bo, need)["may"] if manner["settles"]}
    assert closing == {"agree", "boundary", "compromise"}, closing
    refused = bo.run("reply", need["id"][:8], "not on evenings before a shift")
    assert refused.code == USAGE and "--as agree, --as boundary, --as compromise, --as reply" in refused.said, refused.said
    assert not whole(bo, need)["remarks"]
    bo.duolog("reply", need["id"][:8], "--as", "reply", "which guests?")
    assert whole(bo, need)["state"] == "open"
    with asked(bo, "reply", need["id"][:8], "not on evenings before a shift") as screen:
        screen.expect(r"2 say where my limit is\n")
        screen.expect(r"its number; Enter\s+stops\) > ")
        screen.type("2")
        assert screen.end() == DONE, screen.text
    stands(ada, need, "boundary")
    shown = ada.duolog().text
    assert "on yours: 'the guests stayed until one'" in shown and "on yours: 'the guests" in ada.duolog("list", "--kind", "remark").text, shown


@fact
def what_is_the_others_to_say_is_told_so(house):
    ada, bo = house.two()
    promise = does(ada, "promise", promise="I mend the gate before the frost")
    shared = ada.write("we walked to the lake")
    arrives(bo, promise)
    arrives(bo, shared)
    refused = bo.refused("NOT_YOURS", "reply", promise["id"][:8], "--as", "kept", "--yes", expect=FAILED)
    assert b"Ada's to say" in refused.err, refused.said
    bo.refused("NOT_YOURS", "share", shared["id"][:8], "--yes", expect=FAILED)
    ada.refused("NOT_YOURS", "reply", shared["id"][:8], "--reflect", "so it was far", expect=FAILED)
    assert whole(ada, promise)["state"] == "open"


@fact
def a_reaction_is_one_emoji_or_the_name_of_one(house):
    ada, bo = house.two()
    saved = ada.write("we walked to the lake")
    arrives(bo, saved)
    for word in ("nice", "🌿🌿", ":)"):
        assert bo.run("react", saved["id"][:8], word).code == USAGE
    assert "❤️" in bo.duolog("react", saved["id"][:8], "heart").text
    eventually("it is there", lambda: "❤️ Bo" in ada.duolog("show", saved["id"][:8]).text)


@fact
def nothing_can_be_said_about_a_letter_before_its_day(house):
    ada, bo = house.two()
    words = "for the day you move out, my dear"
    house.secrets.text(words, "a letter")
    letter = ada.duolog("write", "--json", "--open-on", "2099-12-01", words).object
    eventually("Bo knows of it", lambda: "a letter to you" in bo.duolog("letters").text)
    assert "new" not in bo.duolog("today", "--line").text
    for someone in (ada, bo):
        assert "what you can do with it" not in someone.duolog("show", letter["id"][:8]).text
        refused = someone.run("reply", letter["id"][:8], "thank you")
        assert refused.code == USAGE and "sealed until tuesday 1 december 2099" in refused.said, refused.said


@fact
def what_is_new_stands_on_the_page_once(house):
    ada, bo = house.two()
    need = does(ada, "need", **NEED)
    arrives(bo, need)
    for expected in ("waits for your answer: duolog reply " + need["id"][:8], "duolog reply ID answers"):
        shown = bo.duolog().text
        assert shown.count("the guests stayed until one") == 1 and expected in shown, shown
    assert latest(bo, "need")["id"] == need["id"]
