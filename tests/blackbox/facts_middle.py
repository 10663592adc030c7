"""Somebody in the middle, at every message of a pairing and of a session: what is tampered with comes to nothing, is told, and
tells nothing."""
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import socket
import struct

import control
from house import NIGHTLY, eventually, fact, waits
from lan import Lan
from middle import Middle, carry_on, flip, pause, shorten
from person import DONE, FAILED, Lines

DIALLER, OTHER = True, False


class Once:
    """Tampers with one frame: the `number`th that this side says in the first call that gets so far."""

    def __init__(self, side, number, action):
        self.side, self.number, self.action = side, number, action
        self.call = None  # where it happened
        self.said_before = 0  # bytes that whoever is deceived had said until then
        self.held = b""

    def __call__(self, call, from_dialler, number, frame):
        if from_dialler == self.side and self.call is None and number == self.number:
            self.call, self.said_before = call, len(call.heard[not from_dialler])
            return getattr(self, self.action)(call, frame)
        if self.held and call is self.call and from_dialler == self.side:
            held, self.held = self.held, b""
            return frame + held
        return frame

    def flip(self, _call, frame):
        return flip(frame)

    def flip_the_first(self, _call, frame):
        return flip(frame, 2)

    def shorten(self, _call, frame):
        return shorten(frame)

    def lengthen(self, _call, frame):
        return struct.pack(">H", len(frame) - 1) + frame[2:] + b"\0"

    def replay(self, _call, frame):
        return frame + frame

    def drop(self, _call, _frame):
        return b""

    def reflect(self, call, frame):
        call.say(self.side, frame)
        return b""

    def substitute(self, _call, frame):
        return frame[:2] + os.urandom(len(frame) - 2)

    def cut(self, call, frame):
        call.say(not self.side, frame[:len(frame) // 2])
        call.close()
        return b""

    def reorder(self, _call, frame):
        self.held = frame
        return b""

    def delay(self, _call, frame):
        pause(2)
        return frame

    @property
    def answer(self):
        """What whoever was deceived has said since."""
        return self.call.heard[not self.side][self.said_before:]


# ---- a session between two who are paired ----

def meet_again(middle, *people):
    middle.hang_up()
    for someone in people:
        control.nudge(someone)


def they_meet(middle, *people):
    for someone in people:
        eventually(f"{someone.name} is connected", lambda who=someone: control.connected(who), 15)
    eventually("by one connection", lambda: len(middle.open_calls()) >= 1)


HANDSHAKE = [(DIALLER, 1), (OTHER, 1), (DIALLER, 2)]  # messages 1, 2 and 3
GREETING = [(DIALLER, 3), (OTHER, 2)]
SILENT_ACTIONS = ("flip", "flip_the_first", "shorten", "lengthen", "substitute")


@fact
def a_handshake_that_is_tampered_with_is_met_with_silence_and_begun_anew(house):
    with Middle(house) as middle:
        ada, bo = middle.two()
        for side, number in HANDSHAKE:
            for action in (*SILENT_ACTIONS, "replay", "reflect", "cut"):
                middle.meddle = once = Once(side, number, action)
                meet_again(middle, ada, bo)
                eventually(f"{action} happened to {side, number}", lambda: once.call)
                middle.meddle = carry_on
                for someone in (ada, bo):
                    control.nudge(someone)
                they_meet(middle, ada, bo)
                if action in SILENT_ACTIONS:
                    assert once.answer == b"", f"{action} of {side, number} was answered with {len(once.answer)} bytes"
        carried_both_ways(ada, bo)


@fact
def a_session_that_is_tampered_with_ends_without_a_word_and_loses_nothing(house):
    with Middle(house) as middle:
        ada, bo = middle.two()
        written = []
        for action in (*SILENT_ACTIONS, "replay", "reflect", "reorder", "cut", "drop"):
            for writer, other in ((ada, bo), (bo, ada)):
                they_meet(middle, ada, bo)
                eventually("both hold the same", lambda: in_step(ada) and in_step(bo))
                call = middle.open_calls()[-1]
                side = call.sockets[True].getpeername()[0] == writer.address().rsplit(":", 1)[0]
                middle.meddle = once = Once(side, call.frames[side] + 1, action)
                written.append(f"{writer.name} while somebody would {action}")
                writer.write(written[-1])
                if action in ("reorder", "drop"):  # seen when the next one comes
                    written.append(f"{writer.name} once more, {action}")
                    writer.write(written[-1])
                eventually(f"{action} happened", lambda: once.call is call)
                eventually(f"that connection ends, {action}", lambda: call.over, 15)
                if action in SILENT_ACTIONS:
                    assert once.answer == b"", f"{action} was answered with {len(once.answer)} bytes"
                middle.meddle = carry_on
                control.nudge(ada)
                control.nudge(bo)
                eventually(f"{other.name} reads it", lambda: written[-1] in other.texts("-n", "100"), 15)
        assert set(ada.texts("-n", "100")) == set(bo.texts("-n", "100")) == set(written)


def all_that_comes(player, seconds):
    player.settimeout(seconds)
    answer = b""
    try:
        while piece := player.recv(65536):
            answer += piece
    except OSError:
        pass
    return answer


def in_step(someone):
    return all(peer["connected"] and not peer["behind"] for peer in control.peers(someone))


def carried_both_ways(one, other):
    for writer, reader in ((one, other), (other, one)):
        text = f"{writer.name} after all that"
        writer.write(text)
        eventually(f"{reader.name} reads it", lambda: text in reader.texts(), 15)


@fact
def a_greeting_that_is_tampered_with_ends_the_session_and_the_next_one_is_well(house):
    with Middle(house) as middle:
        ada, bo = middle.two()
        for side, number in GREETING:
            for action in (*SILENT_ACTIONS, "replay", "reflect", "cut"):
                middle.meddle = once = Once(side, number, action)
                meet_again(middle, ada, bo)
                eventually(f"{action} happened to {side, number}", lambda: once.call)
                eventually("that connection ends", lambda: once.call.over, 15)
                middle.meddle = carry_on
                for someone in (ada, bo):
                    control.nudge(someone)
                they_meet(middle, ada, bo)
        carried_both_ways(ada, bo)


@waits
@fact
def what_was_said_in_one_session_means_nothing_in_another(house):
    with Middle(house) as middle:
        ada, bo = middle.two()
        ada.write("recorded by somebody in between")
        eventually("Bo reads it", bo.texts)
        old = middle.open_calls()[-1]
        recorded = old.heard[DIALLER]
        dialled = old.sockets[OTHER].getpeername()[0]
        for someone in (ada, bo):  # the whole of it, played to either
            host, port = someone.address().rsplit(":", 1)
            with socket.create_connection((host, int(port)), timeout=15) as player:
                player.sendall(recorded)
                answer = all_that_comes(player, 12)
            if host == dialled:
                assert answer == b"", "a recording was answered by whom it was said to"
            else:  # who has never heard it: message 2, which is of no use to whoever did not make message 1
                assert answer == b"" or len(answer) == 2 + struct.unpack(">H", answer[:2])[0], "more than message 2"
        assert ada.texts() == bo.texts() == ["recorded by somebody in between"]
        they_meet(middle, ada, bo)


# ---- a pairing ----

def host_goes_on(window):
    """The host's screen: what happened, and a fresh code."""
    told = window.until(lambda said: "wrong" in said or "code" in said)
    if "wrong" in told:
        assert told["wrong"]["codes_left"] == 2, told
        window.read_window()
    else:
        window.code, window.link = told["code"], told["link"]
        window.person.house.secrets.code(window.code)
        window.person.house.secrets.link(window.link)


QUICK = [
    # who says it, the how-manieth, what is done; how the joiner's command ends
    (DIALLER, 1, "flip", {"WRONG_CODE"}),
    (OTHER, 1, "flip_the_first", {"WRONG_CODE"}),
    (OTHER, 1, "substitute", {"WRONG_CODE", "CANNOT_CONNECT"}),
    (OTHER, 1, "reflect", {"WRONG_CODE", "CANNOT_CONNECT"}),
    (DIALLER, 2, "flip", {"WRONG_CODE"}),
    (DIALLER, 2, "cut", {"WRONG_CODE"}),  # the host has heard no guess
    (DIALLER, 2, "substitute", {"WRONG_CODE"}),
    (OTHER, 2, "flip", {"WRONG_CODE"}),
    (OTHER, 2, "shorten", {"WRONG_CODE"}),
    (DIALLER, 3, "flip", {"OTHER_SIDE_LEFT"}),
    (DIALLER, 3, "cut", {"OTHER_SIDE_LEFT"}),
    (OTHER, 3, "flip", {"OTHER_SIDE_LEFT"}),
    (OTHER, 3, "replay", {"OTHER_SIDE_LEFT", "FAILED"}),
    (DIALLER, 4, "flip", {"OTHER_SIDE_LEFT"}),
    (DIALLER, 4, "substitute", {"OTHER_SIDE_LEFT"}),
    (OTHER, 4, "flip", {"OTHER_SIDE_LEFT"}),
    (OTHER, 4, "cut", {"OTHER_SIDE_LEFT"}),
]
SLOW = [  # these wait for a time limit
    (OTHER, 1, "drop", {"CANNOT_CONNECT"}),
    (DIALLER, 2, "drop", {"WRONG_CODE"}),
    (OTHER, 2, "drop", {"WRONG_CODE"}),
    (DIALLER, 4, "drop", {"OTHER_SIDE_LEFT"}),
]


# The guess never reached the host, or is no point of the curve and so none: its code stays as it was.
UNHEARD = {(DIALLER, 2, "cut"), (DIALLER, 2, "drop"), (DIALLER, 2, "substitute")}


def fails_closed(house, middle, ada, bo, tampering):
    """One attempt; afterwards neither has a journal with the other, and both screens have said so."""
    side, number, action, ends = tampering
    print(tampering, flush=True)
    middle.meddle = once = Once(side, number, action)
    with ada.invite() as window:
        code = window.code
        answer = bo.duolog("--json", "pair", code, "--yes", "--at", ada.address(), expect=FAILED)
        refused = json.loads(answer.err.decode().strip().splitlines()[-1])["error"]
        assert once.call, f"{action} of {side, number} never happened"
        assert refused["code"] in ends, f"{action} of {side, number}: {refused}"
        assert refused["message"] and refused["hint"], refused
        if refused["code"] != "CANNOT_CONNECT" and (side, number, action) not in UNHEARD:
            host_goes_on(window)
            assert window.code != code, "the code was used again"
        middle.meddle = carry_on
        if refused["code"] == "WRONG_CODE":  # one guess for each code, whatever happened to it
            bo.refused("CODE_SPENT", "pair", code, "--yes", "--at", ada.address())
    for someone in (ada, bo):
        assert [journal["kind"] for journal in someone.status()["journals"]] == ["notebook"], f"{action} of {side, number}"


@fact
def a_pairing_that_is_tampered_with_at_any_message_fails_closed_and_both_are_told(house):
    with Middle(house) as middle:
        ada, bo = middle.lan.resident("Ada"), middle.lan.resident("Bo")
        for tampering in QUICK + (SLOW if NIGHTLY else []):
            fails_closed(house, middle, ada, bo, tampering)
        house.pair(ada, bo, at=ada.address())  # and then it works, through somebody who only passes on


@waits
@fact
def a_pairing_whose_words_are_swallowed_ends_by_itself(house):
    with Middle(house) as middle:
        ada, bo = middle.lan.resident("Ada"), middle.lan.resident("Bo")
        for tampering in SLOW[-1:]:
            fails_closed(house, middle, ada, bo, tampering)


@fact
def a_pairing_whose_last_word_is_lost_is_whole_all_the_same(house):
    with Middle(house) as middle:
        ada, bo = middle.lan.resident("Ada"), middle.lan.resident("Bo")
        middle.meddle = once = Once(DIALLER, 5, "cut")
        with ada.invite() as window:
            bo.duolog("pair", window.code, "--yes", "--at", ada.address())
        assert once.call, "the last word was never said"
        house.pair_is_up(ada, bo)
        carried_both_ways(ada, bo)


@fact
def a_slow_relay_of_a_pairing_changes_nothing(house):
    with Middle(house) as middle:
        ada, bo = middle.lan.resident("Ada"), middle.lan.resident("Bo")
        middle.meddle = Once(OTHER, 2, "delay")
        paired, joined = house.pair(ada, bo, at=ada.address())
        assert middle.meddle.call, "nothing was delayed"
        assert paired["words"] == joined.objects[-1]["paired"]["words"]


@fact
def the_wrong_device_in_the_same_network_learns_nothing_and_spends_the_code(house):
    lan = Lan(house)
    ada, bo, eve = lan.resident("Ada"), lan.resident("Bo"), lan.resident("Eve")
    with ada.invite() as window, eve.invite() as trap:
        bo.refused("WRONG_CODE", "pair", window.code, "--yes", "--at", eve.address())
        host_goes_on(trap)  # one of hers is burnt
        bo.refused("CODE_SPENT", "pair", window.code, "--yes", "--at", ada.address())
        with ada.lines("status", "--json") as still:
            still.next()
    assert all(len(someone.status()["journals"]) == 1 for someone in (ada, bo, eve))


@fact
def two_pairings_in_one_network_at_once_do_not_meet(house):
    lan = Lan(house)
    couples = [(lan.resident("Ada"), lan.resident("Bo")), (lan.resident("Cleo"), lan.resident("Dan"))]
    for host, joiner in couples:
        lan.machines[host.name].ip("route", "add", "224.0.0.0/4", "dev", "eth0")
    with couples[0][0].invite() as one, couples[1][0].invite() as two:
        if one.code.split("-")[0] == two.code.split("-")[0]:
            couples[0][1].refused("TWO_WINDOWS", "pair", one.code, "--yes")
            return
        joins = [Lines([str(house.programs / "duolog"), "pair", window.code, "--yes", "--json"], joiner.environment)
                 for window, (_host, joiner) in zip((one, two), couples)]
        for join, window, (host, joiner) in zip(joins, (one, two), couples):
            with join:
                assert join.until(lambda said: "paired" in said)["paired"]["name"] == host.name
                assert join.end() == DONE
            assert window.paired()["name"] == joiner.name
