"""How Duolog speaks up: on a real desktop and through a program of one's own; and when it keeps quiet."""
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import time

import wrong_clock
from desktop import NO_MARKUP, Desktop, at_home_of
from facts_practices import does, stands
from house import eventually, fact, waits
from wrong_clock import WrongClock

MINUTE = 60
NOTICE_WITHIN = 150  # a minute, once more where the first look came just before it, and a busy machine
HOSTILE = "<b>you & I</b> <img src=x onerror=y> &amp; <a href='http://e.example'>tap</a>"


def spoken_to(someone, *lines):
    """A daemon that is not running yet is told how."""
    someone.configure()
    config = someone.home / "config.toml"
    config.write_text("\n".join([config.read_text(), "[notify]", *lines, ""]))


def resident(house, name, *lines, **how):
    someone = house.person(name, **how)
    spoken_to(someone, *lines)
    someone.start()
    someone.init()
    return someone


def notes(someone):
    return "".join(file.read_text() for file in someone.folder.rglob("notes.log"))


def findings(someone):
    return {finding["code"] for finding in someone.json("doctor")[0]["findings"]}


def arrives(someone, text):
    eventually("it has arrived", lambda: text in someone.texts())


@fact
def a_notice_says_that_there_is_something_new_and_neither_who_nor_what(house):
    ada, bo = house.person("Ada"), house.resident("Bo")
    with Desktop(house, at_home_of(ada)) as desktop:
        ada.start()
        ada.init()
        house.pair(ada, bo)
        bo.write("the sea was warm today")
        eventually("a notice is shown", desktop.shown)
        notice = desktop.shown()[0]
        assert (notice["appname"], notice["summary"], notice["body"]) == ("Duolog", "Duolog", "something new"), notice
        assert (notice["urgency"], notice["category"], notice["transient"]) == ("LOW", "im.received", "1"), notice
        everything = desktop.shown_file.read_text()
        assert not [word for word in ("Bo", "sea", "journal") if word in everything], everything
        assert len(desktop.shown()) == 1
        assert "notify-desktop" in findings(ada)


@fact
def what_is_private_or_ones_own_makes_no_notice(house):
    ada, bo = house.person("Ada"), house.resident("Bo")
    with Desktop(house, at_home_of(ada)) as desktop:
        spoken_to(ada, "content = true")
        ada.start()
        ada.init()
        house.pair(ada, bo)
        ada.write("one's own words")
        ada.write("and private", "--private")
        bo.write("kept by Bo alone", "--private")
        bo.write("shared by Bo")
        eventually("a notice is shown", desktop.shown)
        assert desktop.bodies() == ["Bo: shared by Bo"], desktop.bodies()


@waits
@fact
def with_content_a_notice_holds_the_first_words_and_no_markup_of_theirs(house):
    ada, bo = house.person("Ada"), house.resident("Bo")
    with Desktop(house, house.folder / "bus") as desktop:
        ada.daemon_environment["DBUS_SESSION_BUS_ADDRESS"] = desktop.address
        spoken_to(ada, "content = true")
        ada.start()
        ada.init()
        house.pair(ada, bo)
        bo.write(HOSTILE + "\x1b[31m\u202e")
        eventually("a notice is shown", desktop.shown)
        read = HOSTILE[:80].strip()
        escaped = read.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#39;")
        assert desktop.bodies()[0].startswith("Bo: " + escaped[:60]), desktop.bodies()
        assert "<" not in desktop.bodies()[0] and "\x1b" not in desktop.bodies()[0], desktop.bodies()

        desktop.open_service(NO_MARKUP)  # another service on the same bus: it would show escapes as they are
        bo.write("only you & I <3")
        eventually("another notice is shown", lambda: len(desktop.shown()) > 1, NOTICE_WITHIN)
        assert desktop.bodies()[1].startswith("2 new things from Bo") or desktop.bodies()[1] == "Bo: only you & I <3"


@waits
@fact
def in_quiet_hours_nothing_is_shown_and_afterwards_all_in_one(house):
    clock = WrongClock(house)
    clock.show("2026-11-22T23:30")
    ada, bo = house.person("Ada", via=clock.via, asan=wrong_clock.ASAN), house.resident("Bo")
    with Desktop(house, at_home_of(ada)) as desktop:
        spoken_to(ada, 'quiet = ["22:00-07:00"]')
        ada.start()
        ada.init()
        house.pair(ada, bo)
        for text in ("the first of three", "the second one", "the third one"):
            bo.write(text)
        eventually("all is here", lambda: len(ada.list()) == 3)
        time.sleep(4)  # nothing is awaited: twice as long as a notice is gathered
        assert desktop.shown() == []
        ada.restart()
        clock.show("2026-11-23T07:00")
        eventually("a notice is shown", desktop.shown, NOTICE_WITHIN)
        assert desktop.bodies() == ["3 new things"], desktop.bodies()


@waits
@fact
def a_time_without_telephones_is_quiet_for_both_and_afterwards_each_has_one_notice(house):
    clock = WrongClock(house)
    clock.show("2026-11-22T12:00")
    ada, bo = (house.person(name, via=clock.via, asan=wrong_clock.ASAN) for name in ("Ada", "Bo"))
    with Desktop(house, at_home_of(ada), "screen-of-ada") as adas, Desktop(house, at_home_of(bo), "screen-of-bo") as bos:
        for someone in (ada, bo):
            spoken_to(someone, "content = true")
            someone.start()
            someone.init()
        house.pair(ada, bo)
        plan = does(ada, "plan", kind="phone-free", what="soup, and nothing else", start="2026-11-22 18:00", until="21:00")
        eventually("Bo is told", bos.shown)
        bo.duolog("reply", plan["id"][:8], "--as", "accept", "--yes")
        stands(ada, plan, "accept")
        bo.write("I bring the bread")
        eventually("Ada is told", adas.shown)
        for someone in (ada, bo):
            someone.stop()
        clock.show("2026-11-22T19:00")
        for someone in (ada, bo):
            someone.start()
        house.pair_is_up(ada, bo)
        told = len(adas.shown()), len(bos.shown())
        for number in ("first", "second"):
            ada.write(f"the {number} thing that Ada tells")
            bo.write(f"the {number} thing that Bo tells")
        for someone, other in ((ada, "Bo"), (bo, "Ada")):
            arrives(someone, f"the second thing that {other} tells")
        time.sleep(4)  # nothing is awaited: twice as long as a notice is gathered
        assert (len(adas.shown()), len(bos.shown())) == told, adas.bodies() + bos.bodies()
        clock.show("2026-11-22T21:00")
        for desktop, other, before in ((adas, "Bo", told[0]), (bos, "Ada", told[1])):
            eventually("it is told", lambda of=desktop, so_far=before: len(of.shown()) > so_far, NOTICE_WITHIN)
            assert desktop.bodies()[before:] == [f"2 new things from {other}"], desktop.bodies()


@fact
def what_the_guide_shows_of_a_config_is_one_and_it_is_found_from_config(house):
    ada, bo = house.two()
    shown = ada.duolog("config").text
    assert "duolog guide nudges" in shown and "duolog guide nudges" in ada.duolog("config", "--help").text, shown
    page = ada.duolog("guide", "nudges").text
    written = [line.strip() for line in page.splitlines() if line.startswith("    ")]
    assert "[notify]" in written and "[[notify.reminders]]" in written, page
    ada.stop()
    spoken_to(ada, *written[written.index("[notify]") + 1:])
    ada.start()
    # It was read and is no mere text: another word in it is refused.
    assert "notify-no-bus" in findings(ada)
    bo.stop()
    spoken_to(bo, *(line.replace("checkin", "Check in!") for line in written[written.index("[notify]") + 1:]))
    assert not bo.starts()


@waits
@fact
def a_session_bus_that_is_missing_hangs_or_dies_holds_nothing_up(house):
    ada, bo = house.person("Ada"), house.resident("Bo")
    spoken_to(ada, "content = true")
    ada.start()
    ada.init()
    house.pair(ada, bo)
    bo.write("before there was a bus")
    eventually("it was tried", lambda: "no desktop notification" in notes(ada))
    assert "notify-no-bus" in findings(ada)
    with Desktop(house, at_home_of(ada)) as desktop:
        bo.write("seen on the bus")
        eventually("the bus was found", desktop.shown, NOTICE_WITHIN)
        assert desktop.bodies() == ["Bo: seen on the bus"], desktop.bodies()
        with desktop.held_still():
            bo.write("while it hangs")
            for _ in range(20):
                began = time.monotonic()
                arrives(ada, "while it hangs")
                assert time.monotonic() - began < 3, "the daemon was held up"
            eventually("it was given up", lambda: notes(ada).count("no desktop notification") == 2, NOTICE_WITHIN + 25)
    bo.write("after it was gone")
    arrives(ada, "after it was gone")
    eventually("it is known to be gone", lambda: "notify-no-bus" in findings(ada))
    assert "desktop notifications work" in notes(ada), "that it works was not noted"


@fact
def a_command_of_ones_own_is_told_on_its_standard_input(house):
    told = house.folder / "told"
    ada, bo = resident(house, "Ada", "desktop = false", "content = true", "command = " + json.dumps(
        ["sh", "-c", 'read -r line; printf "%s|%s|%s" "$DUOLOG_NOTICE" "$line" "$#" > "$1.new"; mv "$1.new" "$1"', "sh",
         str(told)])), house.resident("Bo")
    house.pair(ada, bo)
    bo.write("$(touch x); `y` \"z\" 'w'")
    eventually("the command was told", told.exists)
    assert told.read_text() == "new|Bo: $(touch x); `y` \"z\" 'w'|1", told.read_text()
    assert "notify-command" in findings(ada) and "notify-desktop" not in findings(ada)


@fact
def a_command_that_hangs_holds_nothing_up_and_is_ended(house):
    began_at = house.folder / "began"
    ada, bo = resident(house, "Ada", "desktop = false", "command = " + json.dumps(
        ["sh", "-c", "trap '' TERM; sleep 1000 & echo $$ > \"$1\"; wait; sleep 1000", "sh", str(began_at)])), house.resident("Bo")
    house.pair(ada, bo)
    bo.write("the first of them")
    eventually("the command runs", began_at.exists)
    for text in ("the second one", "the third one"):
        began = time.monotonic()
        bo.write(text)
        arrives(ada, text)
        assert time.monotonic() - began < 5, "the daemon was held up"
    eventually("it was ended", lambda: "took longer than 10 s" in notes(ada), 20)
    # That nothing of it is left, its children included, the end of every fact looks for.


@fact
def a_daemon_that_stops_takes_its_command_with_it(house):
    began_at = house.folder / "began"
    ada, bo = resident(house, "Ada", "desktop = false", "command = " + json.dumps(
        ["sh", "-c", "echo > \"$1\"; exec sleep 1000", "sh", str(began_at)])), house.resident("Bo")
    house.pair(ada, bo)
    bo.write("hello from Bo")
    eventually("the command runs", began_at.exists)
    began = time.monotonic()
    ada.stop()
    assert time.monotonic() - began < 2


@waits
@fact
def a_reminder_comes_at_its_time_once_and_not_after_it_was_answered(house):
    clock = WrongClock(house)
    clock.show("2026-11-24T18:59:40")  # a Tuesday
    told = house.folder / "told"
    ada = resident(house, "Ada", "desktop = false", "command = " + json.dumps(["sh", "-c", 'cat >> "$1"', "sh", str(told)]),
                   "[[notify.reminders]]", 'practice = "checkin"', 'days = ["tuesday", "wednesday"]', 'at = "19:00"',
                   "[[notify.reminders]]", 'practice = "sailing"', 'at = "19:00"', via=clock.via, asan=wrong_clock.ASAN)
    eventually("she is reminded", lambda: told.exists() and told.read_text(), NOTICE_WITHIN)
    assert told.read_text() == "a quiet moment for your journal, if you like\n", told.read_text()
    assert "notify-no-practice" in findings(ada)
    ada.stop()
    clock.show("2026-11-24T19:01:55")  # a daemon that starts has its first look at the minute
    ada.start()
    time.sleep(10)  # nothing is awaited: the time passes, in which nothing happens
    assert told.read_text().count("\n") == 1, told.read_text()
    ada.check_in(7)
    ada.stop()
    clock.show("2026-11-25T18:59:55")
    ada.start()
    time.sleep(10)  # likewise
    assert told.read_text().count("\n") == 1, told.read_text()


@fact
def who_wants_quiet_is_told_nothing_and_doctor_says_so(house):
    ada, bo = house.person("Ada"), house.resident("Bo")
    with Desktop(house, at_home_of(ada)) as desktop:
        spoken_to(ada, "desktop = false")
        ada.start()
        ada.init()
        house.pair(ada, bo)
        bo.write("hello from Bo")
        time.sleep(4)  # nothing is awaited: twice as long as a notice is gathered
        arrives(ada, "hello from Bo")
        assert "notify-off" in findings(ada) and not desktop.shown()
