"""A person's devices: one more is let in and has everything; one that is removed gets nothing more."""
# SPDX-License-Identifier: GPL-3.0-or-later
import shutil

import faults
from house import eventually, fact, waits
from person import DONE, FAILED, NOT_FOUND, USAGE


def reads(someone, text):
    eventually(f"{someone.name} reads {text!r}", lambda: text in someone.texts(), seconds=60)


@fact
def a_second_device_gets_the_notebook_and_what_is_shared(house):
    ada, bo = house.two()
    ada.write("only for Ada herself", "--private")
    ada.write("Ada wrote this for both")
    bo.write("Bo wrote this for both")
    reads(ada, "Bo wrote this for both")
    phone = house.person("Phone")
    phone.start()
    with ada.add_device() as window:
        joined = phone.join(window.code)
        told = window.arrived()
    assert joined["complete"] and joined["records"] > 6, joined
    assert joined["name"] == told["name"] == "Ada" and joined["device"] == told["device"] == "phone"
    assert joined["id"] == told["id"] and joined["by"] == told["by"] == "code"
    assert joined["words"] == told["words"] and len(joined["words"]) == 4
    assert sorted(phone.texts()) == sorted(["only for Ada herself", "Ada wrote this for both", "Bo wrote this for both"])
    assert phone.status()["device"]["words_confirmed"], "the words are on the first device alone"
    assert [journal["kind"] for journal in phone.status()["journals"]] == ["notebook", "shared"]
    mine = {item["text"]: item["mine"] for item in phone.list()}
    assert mine["Ada wrote this for both"] and not mine["Bo wrote this for both"]


@fact
def each_of_three_devices_reads_what_the_others_write(house):
    ada, bo = house.two()
    phone = house.second(ada, "Phone")
    phone.write("a note to myself, from the phone", "--private")
    phone.write("from the phone, for both")
    reads(ada, "a note to myself, from the phone")
    reads(ada, "from the phone, for both")
    reads(bo, "from the phone, for both")
    bo.write("from Bo, for both")
    ada.write("from the laptop, for both")
    for text in ("from Bo, for both", "from the laptop, for both"):
        reads(phone, text)
    reads(bo, "from the laptop, for both")
    assert "a note to myself, from the phone" not in bo.texts()
    authors = {item["text"]: item["author"] for item in bo.list()}
    assert authors["from the phone, for both"] == authors["from the laptop, for both"] == "Ada"


@fact
def both_devices_are_there_after_everybody_was_started_anew(house):
    ada, bo = house.two()
    phone = house.second(ada, "Phone")
    for someone in (ada, bo, phone):
        someone.stop()
    for someone in (phone, bo, ada):
        someone.start()
    phone.write("written after the start")
    reads(ada, "written after the start")
    reads(bo, "written after the start")


@fact
def device_list_says_who_they_are(house):
    ada = house.resident("Ada", "--device", "laptop")
    assert list(ada.devices()) == ["laptop"] and ada.devices()["laptop"]["self"]
    phone = house.second(ada, "Phone")
    eventually("the phone is connected", lambda: ada.devices()["phone"]["connected"])
    theirs = ada.devices()["phone"]
    assert theirs["paired_by"] == "code" and theirs["state"] == "live" and theirs["last_seen"], theirs
    assert phone.devices()["phone"]["self"] and phone.devices()["laptop"]["paired_by"] == ""
    text = ada.duolog("device").text
    assert "laptop · this one" in text and "phone · paired by code" in text, text
    assert "your phone: connected" in ada.duolog("status").text


@waits
@fact
def a_removed_device_reads_nothing_new(house):
    ada, bo = house.two()
    phone = house.second(ada, "Phone")
    ada.write("before it was lost")
    reads(phone, "before it was lost")
    reads(bo, "before it was lost")
    look = ada.duolog("device", "remove", "phone", "--yes", "--json").object
    assert look["device"]["name"] == "phone" and look["records"] > 6 and "Bo" in look["journals"], look
    ada.write("after it was removed, from Ada")
    reads(bo, "after it was removed, from Ada")
    bo.write("after it was removed, from Bo")
    reads(ada, "after it was removed, from Bo")
    assert ada.devices()["phone"]["state"] == "removed"
    eventually("nobody is connected with the removed one",
               lambda: not any(peer["connected"] for peer in phone.status()["peers"]))
    phone.run("sync", "--wait", "--timeout", "8")
    assert not any(text.startswith("after it") for text in phone.texts())
    assert "before it was lost" in phone.texts(), "what it has it keeps"
    assert "removed" in phone.warnings(), "it had heard of it when it was turned away"
    phone.refused("REMOVED", "write", "words of the removed one")
    phone.refused("REMOVED", "device", "add", "--yes")
    phone.restart()
    phone.run("sync", "--wait", "--timeout", "8")
    assert not any(text.startswith("after it") for text in phone.texts())


@fact
def removing_asks_says_what_stays_and_is_undone_by_no(house):
    ada = house.resident("Ada", "--device", "laptop")
    house.second(ada, "Phone")
    with ada.terminal("device", "remove", "phone") as screen:
        screen.expect("what it holds stays on it: [0-9]+ records")
        screen.expect("remove phone\\?")
        screen.type("n")
        screen.expect("nothing was removed")
        assert screen.end() == FAILED
    assert ada.devices()["phone"]["state"] == "live"
    with ada.terminal("device", "remove", "phone") as screen:
        screen.expect("remove phone\\?")
        screen.type("y")
        screen.expect("phone is removed. new keys for")
        screen.expect("it still has what it had until now")
        assert screen.end() == DONE
    assert ada.devices()["phone"]["state"] == "removed"
    assert "removed" in ada.duolog("device", "list").text


@fact
def what_cannot_be_removed_is_refused(house):
    ada, bo = house.two()
    ada.refused("THIS_DEVICE", "device", "remove", next(iter(ada.devices())), "--yes")
    ada.refused("NO_SUCH_DEVICE", "device", "remove", "toaster", "--yes", expect=NOT_FOUND)
    theirs = ada.status()["peers"][0]["device"]
    if theirs not in ada.devices():  # both are called by the name of this machine otherwise
        ada.refused("NOT_OWN_DEVICE", "device", "remove", theirs, "--yes")
    ada.duolog("device", "remove", "--yes", expect=USAGE)
    bo.duolog("device", "add", "now", expect=USAGE)


@fact
def a_device_let_in_by_a_lost_one_goes_on(house):
    ada, bo = house.two()
    phone = house.second(ada, "Phone")
    tablet = house.second(phone, "Tablet")
    eventually("the laptop knows the tablet", lambda: "tablet" in ada.devices(), seconds=60)
    assert ada.devices()["phone"]["let_in"] == ["tablet"]
    phone.stop()
    ada.duolog("device", "remove", "phone", "--yes")
    ada.write("the phone is gone, the tablet stays")
    reads(tablet, "the phone is gone, the tablet stays")
    tablet.write("still here, says the tablet")
    reads(bo, "still here, says the tablet")
    reads(ada, "still here, says the tablet")


@fact
def a_device_is_added_while_the_partner_is_away(house):
    ada, bo = house.two()
    bo.stop()
    phone = house.second(ada, "Phone")
    phone.write("written while Bo was away")
    reads(ada, "written while Bo was away")
    bo.start()
    reads(bo, "written while Bo was away")


@fact
def keys_made_while_nobody_knew_of_a_device_come_to_it_from_whoever_is_there(house):
    ada, bo = house.two()
    ada.stop()
    house.second(bo, "Bo-2").stop()
    bo.write("under a key that knows nothing of Ada's phone")
    bo.stop()
    ada.start()
    phone = house.second(ada, "Phone")
    phone.stop()
    bo.start()
    reads(ada, "under a key that knows nothing of Ada's phone")
    eventually("Bo has heard of the phone", lambda: "phone" in [peer["device"] for peer in bo.status()["peers"]])
    ada.stop()  # and the notebook with it, which has the key
    phone.start()
    reads(phone, "under a key that knows nothing of Ada's phone")


@fact
def a_link_for_an_own_device_is_never_let_in_unasked(house):
    ada, eve = house.resident("Ada"), house.person("Eve")
    eve.start()
    with ada.add_device() as window:
        eve.refused("DECLINED", "device", "join", window.link, "--yes")
        assert not eve.status()["initialised"]
    assert len(ada.devices()) == 1


@fact
def a_link_lets_in_whoever_is_said_yes_to(house):
    ada, phone = house.resident("Ada"), house.person("Phone")
    phone.start()
    with ada.terminal("device", "add", columns=120, rows=60) as screen:
        link = screen.expect(r"duolog:[a-z2-7]{60,}(?=\s)").group()
        house.secrets.link(link)
        joining = phone.lines("device", "join", link, "--yes", "--json", "--name", "phone")
        screen.expect("is it yours, and shall it read and write everything you can")
        screen.type("y")
        screen.expect("phone is one of your devices now")
        assert screen.end() == DONE
    with joining:
        assert joining.until(lambda said: "arrived" in said)["arrived"]["by"] == "link"
        assert joining.end() == 0
    phone.learn_key()
    assert ada.devices()["phone"]["paired_by"] == "link"


@fact
def a_partners_link_is_no_device_link(house):
    ada, phone = house.resident("Ada"), house.person("Phone")
    bo = house.resident("Bo")
    phone.start()
    with ada.invite() as window:
        phone.refused("PARTNERS_CODE", "device", "join", window.link, "--yes", expect=USAGE)
        phone.refused("WRONG_CODE", "device", "join", window.code, "--yes")
        phone.refused("CODE_SPENT", "device", "join", window.code, "--yes")
    with ada.add_device() as window:
        bo.refused("DEVICE_CODE", "pair", window.link, "--yes", expect=USAGE)
    bo.refused("ALREADY_INITIALISED", "device", "join", "7-guitar-banana", "--yes")
    phone.init()  # what came to nothing has left an empty home


@fact
def a_passphrase_is_asked_for_again(house):
    ada = house.person("Ada")
    ada.start()
    secret = ada.passphrase_file("a long passphrase of Ada's")
    ada.duolog("init", "--name", "Ada", "--yes", "--json", "--passphrase-file", secret)
    wrong = ada.passphrase_file("another one altogether", "wrong")
    ada.refused("WRONG_PASSPHRASE", "device", "add", "--yes", "--passphrase-file", wrong)
    phone = house.person("Phone")
    phone.start()
    own = phone.passphrase_file("the phone has its own one")
    with ada.add_device("--passphrase-file", secret) as window:
        phone.join(window.code, "--passphrase-file", own)
        window.arrived()
    ada.refused("WRONG_PASSPHRASE", "device", "remove", "phone", "--yes", "--passphrase-file", wrong)
    phone.lock()
    phone.duolog("unlock", "--passphrase-file", own)
    assert phone.status()["device"]["locked_by"] == "passphrase"
    ada.duolog("device", "remove", "phone", "--yes", "--passphrase-file", secret)


@fact
def a_joining_that_is_killed_leaves_an_empty_home_or_a_whole_one(house):
    ada = house.resident("Ada")
    for kill_at in ("looking", "waiting", "arrived"):
        phone = house.person("Phone-" + kill_at)
        phone.start()
        if kill_at == "waiting":
            with ada.terminal("device", "add", columns=120, rows=60) as screen:
                code = screen.expect(r"duolog device join (\d+-[a-z]+-[a-z]+)").group(1)
                house.secrets.code(code)
                with phone.lines("device", "join", code, "--yes", "--json") as joining:
                    joining.until(lambda said: "WAITING" in str(said))
                    phone.kill()
                    assert joining.end() != 0
                screen.expect("went away")
                screen.press(b"\x03")
                assert screen.end() == FAILED
        elif kill_at == "looking":
            with phone.lines("device", "join", "7-guitar-banana", "--yes", "--json") as joining:
                joining.until(lambda said: "LOOKING" in str(said))
                phone.kill()
                assert joining.end() != 0
        else:
            with ada.add_device() as window:
                phone.join(window.code)
                phone.kill()
                window.arrived()
        phone.start()
        phone.learn_key()
        assert phone.status()["initialised"] == (kill_at == "arrived")
        assert not (phone.home / "data" / ".duolog-joining").exists() and not (phone.home / ".duolog-joining").exists()


@fact
def a_kill_before_any_name_is_changed_leaves_an_empty_home_or_a_whole_one(house):
    ada, phone = house.resident("Ada"), house.person("Phone")
    ada.write("what the phone shall have in the end", "--private")

    def join(traced):
        phone.start()
        with ada.add_device() as window, traced():
            with phone.lines("device", "join", window.code, "--yes", "--json", "--name", "phone") as joining:
                joining.end(60)
        struck = phone.daemon.process.poll() is not None
        if struck:
            phone.kill()
            phone.start()
        whole = phone.status()["initialised"]
        assert whole or struck, "nothing struck, and there is no home"
        assert not [place for place in phone.home.rglob(".duolog-*")], "something of the joining has stayed"
        if whole:
            phone.learn_key()
            reads(phone, "what the phone shall have in the end")
        else:
            assert not [place for place in phone.home.rglob("*") if place.name in ("vault", "key", "duolog.db")]
        for device in ada.json("device", "list"):
            if not device["self"] and device["state"] != "removed":
                ada.duolog("device", "remove", device["id"], "--yes")
        phone.stop()
        shutil.rmtree(phone.home)
        return struck

    assert faults.each_call(phone, join, quick={"rename"}) >= 5
