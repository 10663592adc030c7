"""At the terminal: slips, second thoughts, windows that are closed; and that what was typed outlives them all."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import signal
import termios

from facts_locks import FIRST, SECOND, with_passphrase
from house import eventually, fact
from person import DONE, FAILED
from processes import children_of

MEMORY = pathlib.Path("/dev/shm")


def drafts():
    return sorted(MEMORY.glob("duolog-draft-*"))


def editor(person, name, script):
    """A program to edit with; what it leaves in `$1` is the text."""
    place = person.house.folder / f"editor-{name}"
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)
    person.environment["EDITOR"] = str(place)
    return place


def echoes(screen):
    return bool(termios.tcgetattr(screen.fd)[3] & termios.ECHO)


# ---- passphrases ----


@fact
def a_mistyped_passphrase_may_be_typed_three_times_with_a_hint(house):
    ada, _place = with_passphrase(house)
    ada.lock()
    with ada.terminal("unlock") as screen:
        for wrong in ("correct horse battery stapel", "CORRECT HORSE BATTERY STAPLE", ""):
            screen.expect("passphrase: ")
            screen.type(wrong)
            screen.expect("that passphrase does not open the journal; nothing is lost")
            screen.expect("is caps lock on")
        assert screen.end() == FAILED, screen.text
        assert echoes(screen) and "horse" not in screen.text.lower(), screen.text
    assert ada.status()["locked"] is True
    with ada.terminal("unlock") as screen:
        screen.expect("passphrase: ")
        screen.type("nearly right")
        screen.expect("passphrase: ")
        screen.type(FIRST)
        assert screen.end() == DONE, screen.text
    assert ada.status()["locked"] is False
    wrong = ada.passphrase_file("not the sentence at all", "wrong")
    ada.lock()
    answer = ada.duolog("unlock", "--passphrase-file", wrong, expect=FAILED)
    assert answer.said.count("does not open the journal") == 1, "a file says the same each time"


def prompts(ada):
    """Every question there is: how to get to it, as (command, (wait for, type)…, the prompt)."""
    return [
        (["unlock"], [], "passphrase: ", "lock"),
        (["words"], [], "passphrase: ", None),
        (["words"], [("passphrase: ", FIRST)], r"checked now\? .*\[y/N\] ", None),
        (["words"], [("passphrase: ", FIRST), (r"checked now\? .*\[y/N\] ", "y")], r"word \d+: ", None),
        (["passphrase"], [], "passphrase: ", None),
        (["passphrase"], [("passphrase: ", FIRST)], "new passphrase[^:]*:[^:]*: ", None),
        (["passphrase"], [("passphrase: ", FIRST), ("new passphrase[^:]*:[^:]*: ", SECOND)], "once more: ", None),
        (["passphrase"], [("passphrase: ", FIRST), ("new passphrase[^:]*:[^:]*: ", "")], r"go on\? \[y/N\] ", None),
        (["checkin"], [], "> ", None),
        (["checkin"], [("> ", "7")], r"2 of 5[^>]*> ", None),
        (["pair"], [], "Ctrl-C closes the window", None),
    ]


def walk_to(screen, steps, prompt):
    for wait_for, answer in steps:
        screen.expect(wait_for)
        screen.type(answer)
    screen.expect(prompt)


@fact
def ctrl_c_at_any_question_stops_and_changes_nothing(house):
    ada, place = with_passphrase(house)
    house.secrets.text(SECOND, "a passphrase")
    before = ada.status()["device"]
    for command, steps, prompt, first in prompts(ada):
        if first:
            ada.lock()
        with ada.terminal(*command, rows=60) as screen:
            walk_to(screen, steps, prompt)
            screen.press(b"half an answer\x03\x03")
            code = screen.end()
            stopped = code == FAILED or (command == ["words"] and "checked now" in prompt and code == DONE)
            assert stopped, f"{command} at {prompt}: {code}\n{screen.text}"
            assert echoes(screen), f"{command} at {prompt}: the terminal is left mute"
            assert code == DONE or "stopped" in screen.text, screen.text
        if first:
            ada.duolog("unlock", "--passphrase-file", place)
        assert ada.status()["device"] == before, f"{command} at {prompt} changed something"
    assert ada.json("answers") == [] or not ada.json("answers")[0].get("mine_in")
    ada.lock()
    ada.duolog("unlock", "--passphrase-file", place)


@fact
def ctrl_c_while_a_home_is_set_up_makes_none(house):
    ada = house.person("Ada")
    ada.start()
    steps = [("your name[^:]*: ", "Ada"), ("passphrase: ", FIRST), ("once more: ", None)]
    for count in range(3):
        with ada.terminal("init", rows=60) as screen:
            walk_to(screen, steps[:count], steps[count][0])
            screen.press(b"\x03")
            assert screen.end() == FAILED and "stopped; nothing was" in screen.text, screen.text
            assert echoes(screen) and FIRST not in screen.text
        assert ada.status()["initialised"] is False


@fact
def a_terminal_closed_at_any_question_ends_the_command_and_changes_nothing(house):
    ada, place = with_passphrase(house)
    house.secrets.text(SECOND, "a passphrase")
    before = ada.status()["device"]
    for command, steps, prompt, first in prompts(ada):
        if first:
            ada.lock()
        with ada.terminal(*command, rows=60) as screen:
            walk_to(screen, steps, prompt)
            screen.hang_up()
        if first:
            ada.duolog("unlock", "--passphrase-file", place)
        assert ada.status()["device"] == before, f"{command} at {prompt} changed something"
    eventually("the window is closed with its terminal", lambda: ada.run("pair", "--yes", "7-apple-bridge", "--at",
                                                                        "127.0.0.1:9").code == FAILED)


# ---- drafts ----


def left_in_the_editor(ada, text, how):
    """Somebody writes, and is torn away in the middle: `how` is done to the screen and to the editor's process."""
    mark = ada.house.folder / "typed"
    mark.unlink(missing_ok=True)
    editor(ada, "slow", f'printf "%s" "{text}" >"$1"; echo $$ >{mark}.new; mv {mark}.new {mark}; exec sleep 300')
    # In a shell, as people have it: who leads the terminal's session is not the command.
    with ada.terminal("-c", "duolog write; exec cat", program="/bin/sh") as screen:
        eventually("it is typed", mark.exists)
        how(screen, int(mark.read_text()))
        return screen.text


def gone_on_with(ada, more):
    """The next `duolog write` opens what was left, and saves it."""
    editor(ada, "more", f'printf "%s" "{more}" >>"$1"')
    with ada.terminal("write") as screen:
        screen.expect(r"(?s)an unsaved draft is still in\s+memory\s+\(\d+\s+bytes.*go on with it\? \[Y/n\] ")
        screen.type("")
        assert screen.end() == DONE, screen.text
    assert drafts() == [], "what was saved is wiped"


@fact
def a_terminal_closed_in_the_middle_of_writing_loses_nothing(house):
    ada = house.resident("Ada")
    text = "I had just begun to tell you about the harbour"
    house.secrets.text(text, "a draft")
    left_in_the_editor(ada, text, lambda screen, _pid: screen.hang_up())
    (folder,) = drafts()
    assert folder.stat().st_mode & 0o777 == 0o700 and (folder / "entry.txt").stat().st_mode & 0o777 == 0o600
    assert (folder / "entry.txt").read_text() == text
    assert ada.texts() == [], "half a text is not sent"
    eventually("the editor is gone, too", lambda: not editors())
    gone_on_with(ada, ", and now the rest")
    assert ada.texts() == [text + ", and now the rest"]


def editors():
    found = []
    for place in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if place.read_bytes() == b"sleep\x00300\x00":
                found.append(int(place.parent.name))
        except OSError:
            pass
    mine = children_of(os.getpid())
    for pid in found:
        if pid in mine:  # an orphan that has ended waits for us
            os.waitpid(pid, os.WNOHANG)
    return [pid for pid in found if pathlib.Path(f"/proc/{pid}").exists()]


@fact
def an_editor_that_is_killed_leaves_its_text_and_without_one_nothing(house):
    ada = house.resident("Ada")
    text = "the editor did not survive this sentence"
    house.secrets.text(text, "a draft")

    def kill(screen, pid):
        os.kill(pid, signal.SIGKILL)
        screen.expect(r"the\s+editor\s+ended\s+with\s+status\s+137;\s+nothing\s+was\s+saved")
        screen.expect(r"duolog\s+write\s+<\s+\S+entry.txt\s")
        (folder,) = drafts()
        assert f"duolog write < {folder}/entry.txt" in " ".join(screen.text.split()), screen.text

    left_in_the_editor(ada, text, kill)
    gone_on_with(ada, "")
    assert ada.texts() == [text]

    def kill_blank(screen, pid):
        os.kill(pid, signal.SIGKILL)
        screen.expect(r"nothing\s+was\s+saved")
        eventually("an empty page is not kept", lambda: not drafts())

    left_in_the_editor(ada, "", kill_blank)
    assert drafts() == [], "an empty page is not kept"


@fact
def a_command_killed_under_its_editor_leaves_the_draft_to_the_one_who_writes(house):
    ada = house.resident("Ada")
    text = "still typing although the shell is gone"
    house.secrets.text(text, "a draft")

    def kill_the_command(screen, pid):
        (command,) = children_of(screen.pid)
        os.kill(command, signal.SIGKILL)
        eventually("the command is dead", lambda: command not in children_of(screen.pid))
        editor(ada, "other", 'printf "%s" "another page meanwhile" >"$1"')
        with ada.terminal("write") as other:  # what somebody is writing is nobody else's to open
            assert other.end() == DONE and "unsaved draft" not in other.text, other.text
        os.kill(pid, signal.SIGKILL)
        screen.hang_up()

    house.secrets.text("another page meanwhile", "a text")
    left_in_the_editor(ada, text, kill_the_command)
    eventually("the editor is gone", lambda: not editors())
    gone_on_with(ada, "")
    assert set(ada.texts()) == {text, "another page meanwhile"}


@fact
def a_text_outlives_a_daemon_that_went_away_while_it_was_written(house):
    ada = house.resident("Ada")
    text = "a long letter, and nobody there to take it"
    house.secrets.text(text, "a draft")
    editor(ada, "slow", f'printf "%s" "{text}" >"$1"; kill {ada.daemon.pid}; while kill -0 {ada.daemon.pid}; do :; done')
    with ada.terminal("write") as screen:
        pid, ada.daemon = ada.daemon.process, None
        assert pid.wait(10) == 0
        code = screen.end()
    (folder,) = drafts()
    assert code == 3 and "what was saved is safe" in " ".join(screen.text.split()), screen.text
    assert f"{folder}/entry.txt" in screen.text.replace("\n", ""), screen.text
    ada.start()
    gone_on_with(ada, "")
    assert ada.texts() == [text]
