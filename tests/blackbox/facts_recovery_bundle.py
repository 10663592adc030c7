"""Every device is lost, and the 24 words and a bundle of the notebook are there: nobody else is needed to come back."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess

import faults
from facts_attachments import file_of, saved_bytes
from facts_bundles import bring, export
from facts_recovery import is_empty, newcomer, reads, was_struck
from house import eventually, fact, waits
from person import DONE, FAILED, USAGE


def carried(house):
    """Ada and Bo, who have written; Ada's laptop is gone. Her notebook and what they share lie on a stick."""
    ada, bo = house.two()
    ada.write("Ada wrote this before it was lost")
    photo = file_of(house, "lake.jpg", 300_000)
    ada.write("for Ada alone, before it was lost", "--private", "--attach", photo)
    bo.write("Bo wrote this before it was lost")
    reads(ada, "Bo wrote this before it was lost")
    reads(bo, "Ada wrote this before it was lost")
    notebook, report = export(ada, "notebook.bundle", "-j", "notebook", "--everything", "--with-attachments")
    assert not report["other"] and not report["devices"] and report["records"] > 4, report
    ada.stop()
    shared, _ = export(bo, "shared.bundle", "--everything")
    return ada, bo, notebook, shared


def come_back(desk, words, *bundles, options=(), expect=DONE, name="Ada"):
    said = desk.duolog("recover", "--from", *bundles, "--yes", "--json", "--words-file", desk.words_file(words), "--name", name,
                       "--device", desk.name.lower(), *options, expect=expect)
    desk.learn_key()
    return said.objects


@waits
@fact
def a_lost_laptop_is_replaced_by_words_and_a_bundle_alone(house):
    ada, bo, notebook, shared = carried(house)
    bo.stop()  # nobody is there
    desk = newcomer(house)
    said = come_back(desk, ada.words, notebook, shared)
    back = said[0]["arrived"]
    assert back["name"] == "Ada" and back["device"] == "desk" and len(back["others"]) == 1, back
    assert said[1]["stage"] == "over" and said[1]["records"] > 4 and not said[1]["broken"], said
    assert said[2]["records"] == 0 and said[2]["chunks"] >= 1 and said[2]["known"] > 4, said
    assert said[3]["records"] > 4 and said[3]["other"] == "Bo", said
    everything = ["Ada wrote this before it was lost", "Bo wrote this before it was lost", "for Ada alone, before it was lost"]
    eventually("all of it is here", lambda: sorted(desk.texts()) == everything)
    mine = {item["text"]: item["mine"] for item in desk.list()}
    assert mine["Ada wrote this before it was lost"] and not mine["Bo wrote this before it was lost"]
    eventually("the notebook takes words", lambda: desk.run("write", "--private", "alone again").code == DONE)
    assert desk.status()["device"]["words_confirmed"], "the words are on paper"
    assert desk.devices()["desk"]["paired_by"] == "words"
    desk.restart()
    assert "alone again" in desk.texts()
    bo.start()
    bo.write("from Bo, to the new device")
    reads(desk, "from Bo, to the new device")
    eventually("it writes to Bo", lambda: desk.run("write", "from Ada, on the new device").code == DONE, seconds=60)
    reads(bo, "from Ada, on the new device")
    laptop = next(device for device in desk.json("device", "list") if not device["self"])
    desk.duolog("device", "remove", laptop["id"], "--yes")
    bo.write("after the laptop was removed")
    reads(desk, "after the laptop was removed")
    ada.start()
    ada.run("sync", "--wait", "--timeout", "5")
    assert "after the laptop was removed" not in ada.texts()


@waits
@fact
def after_the_notebook_alone_what_is_shared_comes_by_the_next_bundle(house):
    ada, bo, notebook, shared = carried(house)
    bo.stop()
    desk = newcomer(house)
    come_back(desk, ada.words, notebook)
    assert desk.texts() == ["for Ada alone, before it was lost"]
    photo = (house.folder / "files" / "lake.jpg").read_bytes()
    assert saved_bytes(desk, desk.list()[0]["id"], 1, house) == photo
    eventually("what is shared is known by name", lambda: any(one["other"] == "Bo" for one in desk.status()["journals"]))
    desk.refused("NOT_YET_LET_IN", "write", "-j", "Bo", "too early, for somebody may have been removed there")
    eventually("the notebook takes words", lambda: desk.run("write", "--private", "alone again").code == DONE)
    laptop = next(device for device in desk.json("device", "list") if not device["self"])
    removed = desk.duolog("device", "remove", laptop["id"], "--yes", "--json").object
    assert removed["journals"] == ["notebook"] and removed["waits"] == ["Bo"], removed
    bring(desk, shared)
    eventually("and read", lambda: "Bo wrote this before it was lost" in desk.texts())
    eventually("and written in", lambda: desk.run("write", "-j", "Bo", "for Bo, who is away").code == DONE)
    [peer] = [peer for peer in desk.status()["peers"] if peer["name"] == "Bo"]
    assert peer["state"] == "no address", peer
    assert "in one network" in desk.duolog("status").text
    assert "no address of Bo" in desk.duolog("doctor").text
    desk.restart()
    desk.write("and after a start", "-j", "Bo")
    bo.start()
    # No address is known, and Bo still calls under the key that the laptop has too: one more bundle brings them together.
    back, _ = export(desk, "back.bundle", "-j", "Bo")
    bring(bo, back)
    reads(bo, "for Bo, who is away")
    bo.write("after the laptop was removed where the journal had to come first")
    reads(desk, "after the laptop was removed where the journal had to come first")
    ada.start()
    ada.run("sync", "--wait", "--timeout", "5")
    assert "after the laptop was removed where the journal had to come first" not in ada.texts()


@fact
def what_is_no_bundle_of_the_notebook_makes_no_home(house):
    ada, bo, notebook, shared = carried(house)
    desk = newcomer(house)
    paper, wrong = desk.words_file(ada.words), desk.words_file(bo.words, "wrong")

    def refused(code, *arguments, expect=FAILED):
        told = desk.refused(code, "recover", *arguments, "--yes", "--name", "Ada", expect=expect)
        is_empty(desk)
        return told

    assert "it is of what you share" in refused("NOT_THE_NOTEBOOK", "--words-file", paper, "--from", shared).said
    told = refused("BUNDLE_OF_OTHERS", "--words-file", wrong, "--from", notebook).said
    assert "your 24 words do not open it" in told and "of another paper" in told and "a device that was removed" not in told
    refused("NOT_A_BUNDLE", "--words-file", paper, "--from", paper)
    refused("BUNDLE_FILE", "--words-file", paper, "--from", desk.folder / "nothing")
    head = desk.folder / "head.bundle"
    head.write_bytes(notebook.read_bytes()[:700])
    refused("NOT_THE_NOTEBOOK", "--words-file", paper, "--from", head)
    pipe = desk.folder / "pipe"
    os.mkfifo(pipe)
    assert "is no file" in refused("BUNDLE_FILE", "--words-file", paper, "--from", pipe).said
    assert "is no file" in refused("BUNDLE_FILE", "--words-file", paper, "--from", desk.folder).said
    assert "is no file" in bo.refused("BUNDLE_FILE", "bundle", "import", pipe).said
    refused("USAGE", "7-guitar-banana", "--words-file", paper, "--from", notebook, expect=USAGE)
    came = come_back(desk, ada.words, notebook)
    assert "arrived" in came[0]
    desk.refused("ALREADY_INITIALISED", "recover", "--words-file", paper, "--from", notebook, "--yes")


@fact
def a_bundle_that_is_cut_off_is_worth_what_stood_before_and_another_brings_the_rest(house):
    ada = house.resident("Ada")
    pages = 60
    for page in range(pages):
        ada.write(f"page {page} " + "of a long evening " * 3000, "--private", secret=page % 10 == 0)
    notebook, _ = export(ada, "notebook.bundle", "-j", "notebook", "--everything")
    ada.stop()
    whole = notebook.read_bytes()
    assert len(whole) > 3 << 20, "too short to be cut between its messages"
    half = ada.folder / "xdg" / "half.bundle"
    half.write_bytes(whole[:len(whole) * 3 // 4])
    desk = newcomer(house)
    said = come_back(desk, ada.words, half, expect=FAILED)
    assert "arrived" in said[0] and said[1]["broken"] == "cut", said
    read = len(desk.list("-n", "1000"))
    assert 0 < read < pages, read
    eventually("it writes", lambda: desk.run("write", "--private", "and on").code == DONE)
    bring(desk, notebook)
    assert len(desk.list("-n", "1000")) == pages + 1


@fact
def who_leaves_in_the_middle_leaves_an_empty_home_and_nobody_gets_between(house):
    ada, bo, notebook, _ = carried(house)
    backup, phrase = bo.folder / "xdg" / "bo.backup", bo.passphrase_file("a sentence for a backup")
    bo.duolog("backup", backup, "--passphrase-file", phrase)
    desk = newcomer(house)
    paper = desk.words_file(ada.words)
    arguments = ["--yes", "--json", "--words-file", str(paper), "--name", "Ada", "--device", "desk"]
    begun = subprocess.Popen([str(house.programs / "duolog"), "recover", "--from", "-", *arguments], stdin=subprocess.PIPE,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=desk.environment)
    try:
        begun.stdin.write(notebook.read_bytes()[:70_000])
        begun.stdin.flush()
        eventually("it has begun", lambda: (desk.home / ".duolog-joining" / "duolog.db").exists())
        desk.refused("WINDOW_OPEN", "recover", "--from", notebook, *arguments)
        desk.refused("WINDOW_OPEN", "device", "join", "7-guitar-banana", "--yes")
        told = desk.refused("WINDOW_OPEN", "init", "--yes", "--name", "Ada").said
        assert "a home is being made here" in told and "Ctrl-C" in told, told
        desk.refused("WINDOW_OPEN", "restore", backup, "--passphrase-file", phrase, "--yes")
    finally:
        begun.kill()
        begun.wait()
        begun.stdin.close()
    eventually("nothing of it is left", lambda: not (desk.home / ".duolog-joining").exists())
    is_empty(desk)
    assert "arrived" in come_back(desk, ada.words, notebook)[0]


@fact
def a_recovery_by_bundle_that_is_killed_leaves_an_empty_home_or_a_whole_one(house):
    ada, bo, notebook, _ = carried(house)
    bo.stop()
    desk = house.person("Desk")

    def recover(traced):
        desk.start()
        paper = desk.words_file(ada.words)
        with traced():
            desk.run("recover", "--from", notebook, "--yes", "--json", "--words-file", paper, "--name", "Ada", "--device", "desk")
        return was_struck(desk, whole)

    def whole():
        reads(desk, "for Ada alone, before it was lost")
        eventually("it writes", lambda: desk.run("write", "--private", "and it writes").code == DONE)

    assert faults.each_call(desk, recover, quick={"rename"}) >= 5
