"""Every device is lost: the 24 words and the partner's device bring back what two people share, once, and to nobody else."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import shutil
import socket
import struct

import faults
from house import eventually, fact, waits
from person import DONE, FAILED, USAGE


def reads(someone, text):
    eventually(f"{someone.name} reads {text!r}", lambda: text in someone.texts(), seconds=60)


def lost(house):
    """Ada and Bo, who have written; Ada's laptop is gone. Her words, and Bo."""
    ada, bo = house.two()
    ada.write("Ada wrote this before it was lost")
    ada.write("for Ada alone, before it was lost", "--private")
    bo.write("Bo wrote this before it was lost")
    reads(ada, "Bo wrote this before it was lost")
    reads(bo, "Ada wrote this before it was lost")
    ada.stop()
    return ada, bo


def newcomer(house, name="Desk"):
    desk = house.person(name)
    desk.start()
    return desk


def is_empty(someone):
    assert not someone.status()["initialised"]
    left = [str(place) for place in someone.home.rglob("*") if place.name in ("vault", "key", "duolog.db")]
    assert not left and not list(someone.home.rglob(".duolog-*")), left


@waits
@fact
def a_lost_laptop_is_replaced_by_words_and_the_partner(house):
    ada, bo = lost(house)
    desk = newcomer(house)
    with bo.give_back() as window:
        back = desk.recover(ada.words, window.code)
        told = window.restored()
    assert back["complete"] and back["records"] > 6, back
    assert back["name"] == "Ada" and back["device"] == "desk" and back["by"] == "code", back
    assert told["name"] == "Ada" and told["device"] == "desk" and told["journals"] == ["Ada"], told
    assert back["words"] == told["words"] and len(back["words"]) == 4 and back["id"] == told["id"]
    assert sorted(desk.texts()) == ["Ada wrote this before it was lost", "Bo wrote this before it was lost"]
    mine = {item["text"]: item["mine"] for item in desk.list()}
    assert mine["Ada wrote this before it was lost"] and not mine["Bo wrote this before it was lost"]
    desk.write("from Ada, on the new device")
    reads(bo, "from Ada, on the new device")
    bo.write("from Bo, to the new device")
    reads(desk, "from Bo, to the new device")
    desk.write("a new notebook", "--private")
    assert desk.status()["device"]["words_confirmed"], "the words are on paper"
    assert desk.devices()["desk"]["self"] and desk.devices()["desk"]["paired_by"] == "words"
    assert "with your words" in desk.duolog("device", "list").text
    desk.restart()
    assert "a new notebook" in desk.texts() and "from Bo, to the new device" in desk.texts()
    bo.write("after a start")
    reads(desk, "after a start")


@waits
@fact
def a_lost_database_comes_back_by_the_way_that_is_told(house):
    ada, bo = lost(house)
    (ada.home / "duolog.db").unlink()
    (ada.home / "duolog.db-wal").unlink(missing_ok=True)
    vault = (ada.home / "vault").read_bytes()
    assert not ada.starts()
    said = (ada.folder / "duologd.said").read_text()
    assert "duolog.db is missing" in said and "duolog recover" in said and "24 words" in said, said
    assert (ada.home / "vault").read_bytes() == vault and not (ada.home / "duolog.db").exists()
    shutil.rmtree(ada.home)  # put away where nobody looks, with its key
    ada.home.mkdir(mode=0o700)
    ada.configure()
    ada.start()
    with bo.give_back() as window:
        back = ada.recover(ada.words, window.code)
        window.restored()
    assert back["complete"], back
    assert sorted(ada.texts()) == ["Ada wrote this before it was lost", "Bo wrote this before it was lost"]
    bo.write("from Bo, after that")
    reads(ada, "from Bo, after that")
    ada.write("from Ada, in the same place")
    reads(bo, "from Ada, in the same place")


@waits
@fact
def the_lost_device_is_removed_by_the_one_that_came_back(house):
    ada, bo = lost(house)
    desk = newcomer(house)
    with bo.give_back() as window:
        back = desk.recover(ada.words, window.code)
        window.restored()
    laptop = next(device for device in desk.json("device", "list") if not device["self"])
    assert back["others"] == [laptop["name"]]
    desk.duolog("device", "remove", laptop["id"], "--yes")
    assert desk.json("device", "list")[1]["state"] == "removed"
    desk.write("after the laptop was removed, from Ada")
    reads(bo, "after the laptop was removed, from Ada")
    bo.write("after the laptop was removed, from Bo")
    reads(desk, "after the laptop was removed, from Bo")
    ada.start()
    ada.run("sync", "--wait", "--timeout", "8")
    assert not any(text.startswith("after the laptop") for text in ada.texts())
    assert "Bo wrote this before it was lost" in ada.texts(), "what it has it keeps"


@waits
@fact
def whoever_comes_back_is_told_of_to_everybody(house):
    ada, bo = house.two()
    phone = house.second(ada, "Phone")
    tablet = house.second(bo, "Tablet")
    ada.stop()
    desk = newcomer(house)
    with phone.lines("watch", "--json") as watching, bo.give_back() as window:
        desk.recover(ada.words, window.code)
        window.restored()
        watching.until(lambda said: said["event"] == "alarm", seconds=60)
    for someone in (bo, tablet, phone):
        eventually(f"{someone.name} is told", lambda who=someone: "let-back-in" in who.warnings(), seconds=60)
    told = phone.duolog("status").text
    assert "a device called desk was let back in with your 24 words" in told.replace("\n  ", " "), told
    assert "duolog device remove" in told and "desk" in phone.devices()
    assert "Ada came back on a new device" in tablet.duolog("today").text.replace("\n", " ")
    phone.duolog("device", "remove", "desk", "--yes")
    eventually("the one that found the words is out at Bo's",
               lambda: not any(peer["connected"] and peer["device"] == "desk" for peer in bo.status()["peers"]), seconds=60)
    bo.write("for Ada, wherever she really is")
    reads(phone, "for Ada, wherever she really is")
    desk.run("sync", "--wait", "--timeout", "5")
    assert "for Ada, wherever she really is" not in desk.texts()
    assert "let-back-in" in phone.warnings(), "a removal may be the newcomer's own doing: it is told for a month"


@fact
def restore_without_being_armed_gets_silence(house):
    ada, bo = lost(house)
    host, port = bo.address().rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=5) as probe:
        probe.sendall(struct.pack(">H", 16) + os.urandom(16))
        probe.settimeout(4)
        try:
            assert probe.recv(1) == b"", "somebody who was not armed for anything has answered"
        except TimeoutError:
            pass
    desk = newcomer(house)
    paper = desk.words_file(ada.words)
    answer = desk.run("--json", "recover", "7-guitar-banana", "--at", bo.address(), "--yes", "--words-file", paper, "--name", "Ada")
    assert answer.code == FAILED, answer.said
    is_empty(desk)
    assert not bo.json("device", "list")[1:] and "let-back-in" not in bo.warnings()


@fact
def giving_back_asks_for_the_passphrase_again(house):
    bo = house.person("Bo")
    bo.start()
    secret = bo.passphrase_file("a long passphrase of Bo's")
    bo.duolog("init", "--name", "Bo", "--yes", "--json", "--passphrase-file", secret)
    house.pair(bo, house.resident("Ada"))
    bo.refused("WRONG_PASSPHRASE", "pair", "--restore", "--yes", "--passphrase-file", bo.passphrase_file("guessed", "wrong"))
    with bo.give_back("--passphrase-file", secret) as window:
        assert window.code


@fact
def restoring_works_once(house):
    ada, bo = lost(house)
    desk, second = newcomer(house), newcomer(house, "Second")
    with bo.give_back() as window:
        link = window.link
        desk.recover(ada.words, window.code)
        window.restored()
    paper = second.words_file(ada.words)
    for again in (window.code, link):
        answer = second.run("--json", "recover", again, "--at", bo.address(), "--yes", "--words-file", paper, "--name", "Ada")
        assert answer.code == FAILED, answer.said
        is_empty(second)
    with bo.give_back() as window:  # armed once more, it is
        second.recover(ada.words, window.code)
        window.restored()


@fact
def somebody_elses_words_get_nothing(house):
    ada, bo = lost(house)
    carol = house.resident("Carol")
    desk = newcomer(house)
    for words in (carol.words, bo.words):
        with bo.give_back() as window:
            paper = desk.words_file(words)
            answer = desk.run("--json", "recover", window.code, "--yes", "--words-file", paper, "--name", "Ada")
            assert answer.code == FAILED and b"Bo" not in answer.out + answer.err, answer.said
            assert window.end() == FAILED and window.refusal == "NOTHING_TO_RECOVER", window.err
        is_empty(desk)
    carol.refused("NOTHING_TO_RECOVER", "pair", "--restore", "--yes")
    assert "let-back-in" not in bo.warnings()
    with bo.give_back() as window:
        desk.recover(ada.words, window.code)
        window.restored()


@fact
def words_that_were_mistyped_are_told_before_anything_is_sent(house):
    ada, _bo = lost(house)
    desk = newcomer(house)
    wrong = ["zzzzzzzz", *ada.words[1:]]
    swapped = [ada.words[1], ada.words[0], *ada.words[2:]]
    for words, code in ((wrong, "MISTYPED_WORD"), (swapped, "WRONG_RECOVERY_WORDS"), (ada.words[:23], "WRONG_RECOVERY_WORDS")):
        if words == ada.words:
            continue
        paper = desk.words_file(words)
        answer = desk.run("--json", "recover", "7-guitar-banana", "--yes", "--words-file", paper, "--name", "Ada")
        assert answer.code == USAGE and code in answer.said, answer.said
    desk.duolog("recover", "7-guitar-banana", expect=USAGE)
    is_empty(desk)


@fact
def a_person_at_a_terminal_comes_back(house):
    ada, bo = lost(house)
    desk = newcomer(house)
    with desk.terminal("recover", "--device", "desk", columns=120, rows=60) as coming, \
         bo.terminal("pair", "--restore", columns=120, rows=60) as giving:
        coming.expect("your notebook was on your own devices alone, and begins anew")
        coming.expect("does another device of yours still work\\? then leave this")
        coming.expect("word 1: ")
        coming.type("zzzzzzzz")
        coming.expect("is none of the 2048 words")
        coming.expect("word 1: ")
        coming.type(ada.words[0].upper())
        coming.expect("word 2: ")
        coming.type("  ".join(ada.words[1:]))
        coming.expect("your name, as the other person knows you")
        coming.type("Ada")
        coming.expect("passphrase: ")
        coming.type("")
        coming.expect("duolog pair --restore")
        code = giving.expect(r"duolog recover (\d+-[a-z]+-[a-z]+)").group(1)
        house.secrets.code(code)
        coming.expect("the code, or the link: ")
        coming.type("not a code at all, really")
        coming.expect("the code, or the link: ")
        coming.type(code)
        giving.expect("somebody who has the 24 words of Ada is there, on a device that it calls \"desk\"")
        giving.expect(r"has lost if this is right:\n  \S+ · last seen [0-9]{1,2}:[0-9]{2}")
        words = giving.expect("before you say yes:\n +([a-z]+ [a-z]+ [a-z]+ [a-z]+)\n").group(1)
        giving.expect("is it Ada, and shall that device read and write all that you two share\\?")
        assert words in coming.expect("these four words are on both screens:\n +([a-z ]+)\n").group(1)
        giving.type("y")
        giving.expect("Ada is back, on desk")
        assert giving.end() == DONE
        coming.expect("you were let back in")
        coming.expect("welcome back, Ada")
        coming.expect("what you share is here: [0-9]+ records")
        coming.expect("devices that still count as yours: ")
        assert coming.end() == DONE
    desk.learn_key()
    assert "Bo wrote this before it was lost" in desk.texts()


@fact
def a_visitor_is_not_let_back_in_by_a_no_nor_by_a_link_unasked(house):
    ada, bo = lost(house)
    desk = newcomer(house)
    with bo.give_back() as window:
        paper = desk.words_file(ada.words)
        answer = desk.run("--json", "recover", window.link, "--yes", "--words-file", paper, "--name", "Ada")
        assert answer.code == FAILED and "DECLINED" in answer.said, answer.said
        is_empty(desk)
        window.read_window()  # a new code
        desk.recover(ada.words, window.code)
        window.restored()


@fact
def a_code_or_link_for_something_else_is_told(house):
    ada, bo = lost(house)
    desk = newcomer(house)
    paper = desk.words_file(ada.words)

    def recovers(invitation):
        return desk.run("--json", "recover", invitation, "--yes", "--words-file", paper, "--name", "Ada")

    with bo.invite() as window:
        assert "PARTNERS_CODE" in recovers(window.link).said
        assert "WRONG_CODE" in recovers(window.code).said
    with bo.add_device() as window:
        assert "DEVICE_CODE" in recovers(window.link).said
    with bo.give_back() as window:
        desk.refused("RESTORE_CODE", "device", "join", window.link, "--yes", expect=USAGE)
        carol = house.resident("Carol")
        carol.refused("RESTORE_CODE", "pair", window.link, "--yes", expect=USAGE)
        carol.refused("ALREADY_INITIALISED", "recover", window.code, "--yes", "--words-file", paper)
        bo.refused("WINDOW_OPEN", "pair", "--restore", "--yes")
    is_empty(desk)
    bo.duolog("pair", "--restore", "7-guitar-banana", "--yes", expect=USAGE)


def was_struck(desk, holds):
    """After a recovery that a kill may have met: the home is empty, or whole, and then `holds` looks at it. It goes."""
    struck = desk.daemon.process.poll() is not None
    if struck:
        desk.kill()
        desk.start()
    whole = desk.status()["initialised"]
    assert whole or struck, "nothing struck, and there is no home"
    assert not [place for place in desk.home.rglob(".duolog-*")], "something of the recovery has stayed"
    if whole:
        desk.learn_key()
        holds()
    else:
        is_empty(desk)
    desk.stop()
    shutil.rmtree(desk.home)
    return struck


@fact
def a_killed_recovery_leaves_an_empty_home_or_a_whole_one(house):
    ada, bo = lost(house)
    desk = house.person("Desk")

    def recover(traced):
        desk.start()
        paper = desk.words_file(ada.words)
        with bo.give_back() as window, traced():
            with desk.lines("recover", window.code, "--yes", "--json", "--words-file", paper, "--name", "Ada",
                            "--device", "desk") as coming:
                coming.end(60)
        return was_struck(desk, whole)

    def whole():
        reads(desk, "Bo wrote this before it was lost")
        desk.write("and it writes, says the desk")

    assert faults.each_call(desk, recover, quick={"rename"}) >= 5


@fact
def a_recovery_that_is_left_in_the_middle_leaves_nothing(house):
    ada, bo = lost(house)
    desk = newcomer(house)
    paper = desk.words_file(ada.words)
    with bo.terminal("pair", "--restore", columns=120, rows=60) as giving:
        code = giving.expect(r"duolog recover (\d+-[a-z]+-[a-z]+)").group(1)
        house.secrets.code(code)
        with desk.lines("recover", code, "--yes", "--json", "--words-file", paper, "--name", "Ada") as coming:
            coming.until(lambda said: "WAITING" in str(said))
            giving.expect("is it Ada")
            desk.kill()
            assert coming.end() != 0
        giving.expect("went away; here is a new code")
        giving.press(b"\x03")
        assert giving.end() == FAILED
    desk.start()
    is_empty(desk)
