"""How two people come together, and every wrong turn on the way."""
# SPDX-License-Identifier: GPL-3.0-or-later
import base64
import contextlib
import re
import socket
import struct
import subprocess
import threading
import time

import picture
from house import eventually, fact, needs
from person import DONE, FAILED, USAGE

GROUP, PORT = "239.255.38.65", 38650


def code_with(code, change):
    """The same number with other words, none of them mistyped."""
    number, one, two = code.split("-")
    words = [word for word in ("garden", "window", "bridge", "ocean") if word not in (one, two)]
    return f"{number}-{words[0]}-{two}" if change == "first" else f"{number}-{words[0]}-{words[1]}"


@contextlib.contextmanager
def somebody_else_announces(number):
    """A second window with the same number on the same network."""
    stop = threading.Event()

    def announce():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
            speaker.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
            while not stop.wait(0.2):
                speaker.sendto(b"DUOLOGP1" + struct.pack(">BH", number, 9), (GROUP, PORT))

    thread = threading.Thread(target=announce)
    thread.start()
    yield
    stop.set()
    thread.join()


@fact
def two_people_pair_by_a_spoken_code(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    paired, joined = house.pair(ada, bo, "--relationship", "partner")
    theirs = joined.objects[-1]["paired"]
    assert paired["name"] == "Bo" and theirs["name"] == "Ada"
    assert paired["journal_id"] == theirs["journal_id"]
    assert paired["words"] == theirs["words"] and len(paired["words"]) == 4
    assert paired["by"] == theirs["by"] == "code"
    assert theirs["relationship"] == "partner"


@fact
def two_people_pair_by_a_link(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    with ada.invite() as window:
        joined = bo.duolog("pair", window.link, "--yes", "--json").objects[-1]["paired"]
        paired = window.paired()
    assert paired["by"] == joined["by"] == "link"
    house.pair_is_up(ada, bo)


@fact
def a_link_works_once(house):
    ada, bo, eve = house.resident("Ada"), house.resident("Bo"), house.resident("Eve")
    with ada.invite() as window:
        bo.duolog("pair", window.link, "--yes", "--json")
        window.paired()
    eve.duolog("pair", window.link, "--yes", expect=FAILED, seconds=90)
    assert len(eve.status()["journals"]) == 1, "only her own notebook"


@fact
def a_link_past_its_time_is_refused_before_anybody_is_asked(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    with ada.invite() as window:
        packed = window.link.removeprefix("duolog:").upper()
        raw = bytearray(base64.b32decode(packed + "=" * (-len(packed) % 8)))
        raw[50:58] = struct.pack("<Q", int(time.time()) - 60)
        stale = "duolog:" + base64.b32encode(raw).decode().lower().rstrip("=")
        bo.refused("LINK_EXPIRED", "pair", stale, "--yes")
        bo.duolog("pair", window.link, "--yes")
        window.paired()


@fact
def a_picture_of_the_link_can_be_joined(house):
    needs("qrencode", "qrencode")
    needs("zbarimg", "zbar-tools")
    ada, bo = house.resident("Ada"), house.resident("Bo")
    with ada.invite() as window:
        drawn = bo.folder / "tmp" / "invitation.png"
        subprocess.run(["qrencode", "-o", drawn, window.link], check=True)
        joined = bo.duolog("pair", "--qr", drawn, "--yes", "--json").objects[-1]["paired"]
        drawn.unlink()
        window.paired()
    assert joined["by"] == "link"


@fact
def the_square_on_the_terminal_can_be_read_by_a_camera(house):
    needs("zbarimg", "zbar-tools")
    ada, bo = house.resident("Ada"), house.resident("Bo")
    with ada.terminal("pair", columns=120, rows=60) as screen:
        link = screen.expect(r"duolog:[a-z2-7]{60,}(?=\s)").group()
        house.secrets.link(link)
        drawn = bo.folder / "tmp" / "screen.png"
        picture.write_png(drawn, picture.of_half_blocks(screen.output.decode()))
        read = subprocess.run(["zbarimg", "-q", "--raw", drawn], capture_output=True, check=False).stdout.decode().strip()
        drawn.unlink()
        assert read.lower() == link, f"the camera read {read!r}"


@fact
def a_wrong_code_burns_it_and_the_host_shows_another(house):
    ada, bo, eve = house.resident("Ada"), house.resident("Bo"), house.resident("Eve")
    with ada.invite() as window:
        first = window.code
        wrong = eve.refused("WRONG_CODE", "pair", code_with(first, "first"), "--yes")
        assert "new code" in wrong.said, wrong.said
        told = window.until(lambda said: "wrong" in said)
        assert told["wrong"]["codes_left"] == 2
        window.read_window()
        assert window.code != first
        bo.duolog("pair", window.code, "--yes")
        window.paired()


@fact
def three_wrong_codes_close_the_window(house):
    ada, eve = house.resident("Ada"), house.resident("Eve")
    with ada.invite() as window:
        for left in (2, 1, 0):
            eve.refused("WRONG_CODE", "pair", code_with(window.code, "both"), "--yes")
            if left:
                assert window.until(lambda said: "wrong" in said)["wrong"]["codes_left"] == left
                window.read_window()
        assert window.end() == FAILED
        assert window.refusal == "CODES_BURNT", window.err
    with ada.invite() as again:  # a person may open another
        assert again.code


@fact
def a_code_is_guessed_once_on_each_device(house):
    ada, eve = house.resident("Ada"), house.resident("Eve")
    with ada.invite() as window:
        guess = code_with(window.code, "first")
        eve.refused("WRONG_CODE", "pair", guess, "--yes")
        window.read_window()
        burnt = eve.refused("CODE_SPENT", "pair", guess, "--yes")
        assert "new code" in burnt.said, burnt.said


@fact
def a_second_window_is_refused_while_one_is_open(house):
    ada = house.resident("Ada")
    with ada.invite():
        ada.refused("WINDOW_OPEN", "pair", "--yes")


@fact
def two_windows_with_the_same_number_stop_the_joiner_before_a_guess(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    with ada.invite() as window:
        with somebody_else_announces(int(window.code.split("-")[0])):
            bo.refused("TWO_WINDOWS", "pair", window.code, "--yes")
        bo.duolog("pair", window.code, "--yes", "--at", ada.address())  # nothing was spent
        window.paired()


@fact
def ones_own_code_and_link_are_recognised(house):
    ada = house.resident("Ada")
    with ada.invite() as window:
        ada.refused("OWN_CODE", "pair", window.code, "--yes")
        ada.refused("OWN_CODE", "pair", window.link, "--yes")


@fact
def a_mistyped_word_gets_a_hint_and_costs_no_guess(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    with ada.invite() as window:
        number, one, two = window.code.split("-")
        typed = f"{number}-{one}q-{two}"  # no word ends in a q, so that of all words this one is the nearest
        answer = bo.refused("MISTYPED_WORD", "pair", typed, "--yes", expect=USAGE)
        assert re.search(f"did you mean {one}[,?]", answer.said), f"the nearest word is not named first: {answer.said}"
        bo.duolog("pair", window.code, "--yes")
        window.paired()


@fact
def what_is_no_code_is_named_so(house):
    bo = house.resident("Bo")
    for typed in ("hello", "7", "7-abandon", "100-abandon-ability", "7-abandon-ability-able"):
        bo.refused("NOT_A_CODE", "pair", "--yes", "--", typed, expect=USAGE)
    for typed in ("duolog:abc", "duolog:" + "a" * 5000):
        bo.refused("NOT_A_LINK", "pair", "--yes", "--", typed, expect=USAGE)


@fact
def where_nobody_is_found_it_says_what_to_do(house):
    bo = house.resident("Bo")
    said = bo.refused("NOBODY_FOUND", "pair", "7-abandon-ability", "--yes", seconds=90).said
    assert "--at" in said, said


@fact
def an_address_reaches_a_host_that_cannot_be_heard(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    bo.stop()
    bo.start("--no-discovery")
    with ada.invite() as window:
        bo.duolog("pair", window.code, "--yes", "--at", ada.address())
        window.paired()


@fact
def an_address_where_nobody_listens_costs_no_guess(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    with ada.invite() as window:
        bo.refused("CANNOT_CONNECT", "pair", window.code, "--yes", "--at", "127.0.0.1:9")
        bo.duolog("pair", window.code, "--yes")
        window.paired()


@fact
def what_was_written_before_pairing_stays_private(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    ada.write("the heron was back at the weir")
    house.pair(ada, bo)
    ada.write("the apple tree has begun to flower")
    eventually("Bo reads what came after", lambda: bo.texts() == ["the apple tree has begun to flower"])
    kept = {item["text"]: item["visibility"] for item in ada.list()}
    assert kept["the heron was back at the weir"] == "private"


@fact
def the_host_may_say_no(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    with ada.terminal("pair", columns=120, rows=60) as screen:
        code = screen.expect(r"\b\d{1,2}-[a-z]+-[a-z]+\b").group()
        house.secrets.code(code)
        house.secrets.link(screen.expect(r"duolog:[a-z2-7]{60,}(?=\s)").group())
        with bo.lines("pair", code, "--yes", "--json") as joining:
            screen.expect(r"let Bo in\? \[y/n\]")
            screen.type("n")
            assert joining.end() == FAILED, joining.err
            assert joining.refusal == "DECLINED", joining.err
        screen.press(b"\x03")
        screen.end()
    assert len(bo.status()["journals"]) == 1 and len(ada.status()["journals"]) == 1


@fact
def the_host_sees_who_it_is_and_says_yes(house):
    ada, bo = house.resident("Ada"), house.resident("Bo")
    with ada.terminal("pair", columns=120, rows=60) as screen:
        code = screen.expect(r"\b\d{1,2}-[a-z]+-[a-z]+\b").group()
        house.secrets.code(code)
        house.secrets.link(screen.expect(r"duolog:[a-z2-7]{60,}(?=\s)").group())
        with bo.lines("pair", code, "--yes", "--json") as joining:
            screen.expect(r"let Bo in\? \[y/n\]")
            screen.type("y")
            joining.until(lambda said: "paired" in said)
            assert joining.end() == DONE, joining.err
        screen.expect(r"share with Bo unless you say otherwise\? \[Y/n\]")
        screen.type("")
        assert screen.end() == DONE, screen.text
    house.pair_is_up(ada, bo)


@fact
def two_who_share_a_journal_are_told_so_when_they_pair_again(house):
    ada, bo = house.two()
    with ada.invite() as window:
        bo.refused("ALREADY_PAIRED", "pair", window.code, "--yes")
    assert len(ada.status()["journals"]) == len(bo.status()["journals"]) == 2


@fact
def one_person_may_keep_a_journal_with_each_of_two(house):
    ada, bo, cleo = house.resident("Ada"), house.resident("Bo"), house.resident("Cleo")
    house.pair(ada, bo)
    with ada.invite("--relationship", "friend") as window:
        cleo.duolog("pair", window.code, "--yes")
        window.paired()
    names = {journal["name"] for journal in ada.status()["journals"]}
    assert len(names) == 3
    ada.write("the lock on the shed is new", "-j", "Cleo")
    eventually("Cleo reads it", lambda: cleo.texts() == ["the lock on the shed is new"])
    assert bo.texts() == []
