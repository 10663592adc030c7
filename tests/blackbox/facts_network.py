"""What a network does to two people who are paired: it swallows, breaks, moves and comes back."""
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime
import os
import re
import signal
import subprocess
import time

import control
import wrong_clock
from house import NIGHTLY, eventually, fact, waits
from lan import Lan
from processes import state_of
from wrong_clock import WrongClock

NOTICED = 30    # seconds until silence is called so
BACK = 10       # seconds until a change for the better is used
PATIENT = BACK if NIGHTLY else 4  # a next try that can be waited for by nobody


def noticed(*people, seconds=NOTICED):
    for someone in people:
        eventually(f"{someone.name} has noticed", lambda who=someone: not control.connected(who), seconds)


def back(*people, seconds=BACK):
    """Both are connected within seconds; how long it took."""
    began = time.monotonic()
    for someone in people:
        eventually(f"{someone.name} is connected again", lambda who=someone: control.connected(who), seconds)
    print(f"back after {time.monotonic() - began:.1f} s")


def carries(writer, reader, text, seconds=BACK):
    """What one writes now, the other reads within seconds."""
    writer.write(text)
    eventually(f"{reader.name} reads it", lambda: text in reader.texts(), seconds)


def says_since_when(someone):
    """`status` in words: no answer since a moment."""
    told = someone.duolog("status").text
    assert "no answer since " in told, told
    return told


def sessions(someone):
    """Established connections of this machine, as the kernel counts them."""
    words = [*someone.machine.via, "ss", "-Htn", "state", "established"]
    return subprocess.run(words, capture_output=True, check=True).stdout.decode().splitlines()


def one_session(*people):
    for someone in people:
        eventually(f"{someone.name} has exactly one connection", lambda who=someone: len(sessions(who)) == 1)


@waits
@fact
def silence_of_the_network_is_noticed_told_and_outlived(house):
    lan = Lan(house)
    ada, bo = lan.two()
    with lan.black_hole() as hole:
        ada.write("written into the black hole")
        began = time.monotonic()
        noticed(ada, bo)
        print(f"noticed by both after {time.monotonic() - began:.1f} s")
        assert hole.packets > 0, "nothing was swallowed"
        assert "1 not there yet" in says_since_when(ada)
        says_since_when(bo)
    eventually("Bo reads it", lambda: bo.texts() == ["written into the black hole"], 15)
    carries(bo, ada, "and back the other way")
    one_session(ada, bo)


@waits
@fact
def a_way_that_swallows_in_one_direction_is_noticed_by_both(house):
    lan = Lan(house)
    ada, bo = lan.two()
    with lan.rule("iifname vada ether type { ip, ip6 } counter drop") as hole:  # the neighbours still see each other
        noticed(ada, bo)
        assert hole.packets > 0, "nothing was swallowed"
        says_since_when(bo)  # Ada was hung up on, and has not yet tried in vain often enough to say so
    back(ada, bo, seconds=15)


@waits
@fact
def a_cable_pulled_out_is_noticed_and_used_again_when_it_is_back(house):
    lan = Lan(house)
    ada, bo = lan.two()
    ada.machine.pull_out()
    assert "NO-CARRIER" in ada.machine.ip("link", "show", "eth0"), "the cable is still in"
    ada.write("written without a cable")
    noticed(ada, bo)
    assert "1 not there yet" in says_since_when(ada)
    says_since_when(bo)
    time_to_be_patient(ada)
    ada.machine.plug_in()
    back(ada, bo, seconds=PATIENT)
    eventually("Bo reads it", lambda: bo.texts() == ["written without a cable"])
    one_session(ada, bo)


def time_to_be_patient(someone):
    """Until the next try is so far away that only the network's return can explain an early one."""
    def next_try_is_far():
        peer = control.peers(someone)[0]
        return peer["next_try"] and moment(peer["next_try"]) - time.time() > PATIENT
    eventually(f"{someone.name} has become patient", next_try_is_far, 60)


def moment(text):
    return datetime.datetime.fromisoformat(text).timestamp()


@waits
@fact
def an_interface_that_goes_down_and_up_is_used_again(house):
    lan = Lan(house)
    ada, bo = lan.two()
    ada.machine.ip("link", "set", "eth0", "down")
    noticed(ada)
    ada.machine.ip("link", "set", "eth0", "up")
    ada.machine.address()
    back(ada, bo)
    carries(ada, bo, "after the interface came up")
    one_session(ada, bo)


@waits
@fact
def an_address_that_changes_is_followed(house):
    lan = Lan(house)
    ada, bo = lan.two()
    for number in (77, 78):
        ada.machine.ip("addr", "flush", "dev", "eth0", "scope", "global")
        ada.machine.address(number)
        eventually("she tells the new one", lambda new=number: f"10.81.0.{new}:38650" in ada.status()["device"]["addresses"])
        back(ada, bo)
        carries(ada, bo, f"written at the address with {number}")
    bo.restart()  # whoever stayed knows the new one as well
    back(ada, bo)
    one_session(ada, bo)


@waits
@fact
def a_new_interface_is_used_where_the_old_one_is_gone(house):
    lan = Lan(house)
    ada, bo = lan.two()
    ada.machine.ip("link", "del", "eth0")
    noticed(ada)
    ada.machine.cable("wlan0")
    lan.join(ada.machine)
    ada.machine.address(5, "wlan0")
    back(ada, bo)
    carries(ada, bo, "by another way")
    one_session(ada, bo)


@waits
@fact
def where_one_family_of_addresses_ends_the_other_is_used(house):
    lan = Lan(house)
    ada, bo = lan.two()
    for family, gone in (("-6", "-4"), ("-4", "-6")):
        for machine in (ada.machine, bo.machine):
            machine.ip(gone, "addr", "flush", "dev", "eth0", "scope", "global")
        eventually("the addresses are gone", lambda: len(ada.status()["device"]["addresses"]) == 1)
        back(ada, bo)
        carries(ada, bo, f"with {family} alone")
        assert all(("10.81.0." in line) == (family == "-4") for line in sessions(ada)), sessions(ada)
        for machine in (ada.machine, bo.machine):
            machine.address(family=gone)
        eventually("they are back", lambda: len(ada.status()["device"]["addresses"]) == 2)


@waits
@fact
def a_partner_who_freezes_is_noticed_and_both_recover(house):
    lan = Lan(house)
    ada, bo = lan.two()
    for i in range(20):
        ada.write(f"before the freeze, number {i}", secret=False)
    os.kill(bo.daemon.pid, signal.SIGSTOP)
    eventually("Bo's duologd is stopped", lambda: state_of(bo.daemon.pid) == "T")
    ada.write("written to somebody frozen")
    began = time.monotonic()
    noticed(ada)
    assert "not there yet" in says_since_when(ada)
    frozen_for = 300 if NIGHTLY else 35
    eventually("it was long enough", lambda: time.monotonic() - began > frozen_for, frozen_for + 5)
    os.kill(bo.daemon.pid, signal.SIGCONT)
    eventually("Bo reads all of it", lambda: len(bo.list("-n", "100")) == 21, 15)
    carries(bo, ada, "Bo is back", 15)
    one_session(ada, bo)


@waits
@fact
def a_machine_that_slept_is_in_touch_again_at_once(house):
    """As near as it can be had: its process stands still, nothing comes through, and when it goes on the clock has moved."""
    lan, clock = Lan(house), WrongClock(house)
    machine = lan.machine("Ada")
    ada = house.resident("Ada", options=[], via=(*machine.via, *clock.via), asan=wrong_clock.ASAN)
    bo = lan.resident("Bo")
    house.pair(ada, bo, at=ada.address())
    with lan.black_hole() as asleep:
        os.kill(ada.daemon.pid, signal.SIGSTOP)
        eventually("she stands still", lambda: state_of(ada.daemon.pid) == "T")
        bo.write("written while she slept")
        noticed(bo)
        if NIGHTLY:
            time_to_be_patient(bo)
        clock.jump("+3600")
        assert asleep.packets > 0
    os.kill(ada.daemon.pid, signal.SIGCONT)
    back(ada, bo, seconds=PATIENT)
    eventually("Ada reads it", lambda: ada.texts() == ["written while she slept"], 5)
    assert "slept" in "".join(file.read_text() for file in ada.folder.rglob("notes.log"))


@fact
def a_partner_whose_clock_is_ten_years_off_is_told_and_keeps_nobody_waiting(house):
    lan = Lan(house)
    bo = lan.resident("Bo")
    for name, by, how in (("Mia", "+10y", "ahead"), ("Max", "-10y", "behind")):
        clock = WrongClock(house)
        clock.jump(by)
        off = house.resident(name, options=[], via=(*lan.machine(name).via, *clock.via), asan=wrong_clock.ASAN)
        off.write("by the wrong clock", "--private")
        assert abs(moment(off.list()[0]["written_at"]) - time.time()) > 3e8, "the clock is right"
        house.pair(off, bo, at=off.address())
        journal = next(peer["journal"] for peer in bo.status()["peers"] if peer["name"] == name)
        carries(off, bo, f"written by {name}")
        bo.write(f"written to {name}", "-j", journal)
        eventually(f"{name} reads it", lambda who=off: f"written to {who.name}" in who.texts())
        told = " ".join(bo.duolog("status").text.split())
        days = re.search(rf"{name}'s clock differs from this one by (\d+) days \(it is {how}\); nothing is lost by it, "
                         "but look which of the two is right", told)
        assert days and int(days[1]) in (3649, 3650), told
        off.restart()
        assert {f"written by {name}", f"written to {name}"} <= set(off.texts())
        off.stop()


def calls_of(person):
    """A rule that only counts."""
    return Lan.rule(f"iifname {person.machine.port} tcp flags syn / syn,ack counter")


@waits
@fact
def two_who_dial_at_once_keep_one_session(house):
    lan = Lan(house)
    ada, bo = lan.two()
    for someone in (ada, bo):
        someone.restart()  # a good end: where the other is, is on the disk
    back(ada, bo)
    for turn in range(5):
        with lan.rule("tcp flags & (fin | rst) != 0 counter drop"), lan.rule("counter drop"):
            ada.kill()
            bo.kill()
        # Swallowed, or one would be through before the other has called; then both calls are repeated by the kernel.
        with calls_of(ada) as by_ada, calls_of(bo) as by_bo, lan.rule("meta l4proto tcp counter drop"):
            ada.start()
            bo.start()
            eventually("both have called", lambda: by_ada.packets > 0 and by_bo.packets > 0)
        back(ada, bo)
        carries(ada, bo, f"at once, time {turn}")
        one_session(ada, bo)


@waits
@fact
def a_link_that_flaps_every_second_is_dialled_with_patience_and_ends_with_one_session(house):
    lan = Lan(house)
    ada, bo = lan.two()
    dials = lan.rule("tcp flags syn / syn,ack counter")
    seconds = 600 if NIGHTLY else 30
    with dials:
        for turn in range(seconds):
            ada.machine.pull_out()
            if turn == 1:
                ada.write("written while it flapped")
                bo.kill()  # or the connection would outlive all of this
                bo.start()
            time.sleep(0.5)  # the fault itself: half a second without a link
            ada.machine.plug_in()
            time.sleep(0.5)
        attempts = dials.packets
    print(f"{attempts} attempts in {seconds} s")
    assert attempts <= 8 + seconds / 4, f"{attempts} attempts in {seconds} s"
    back(ada, bo, seconds=15)
    eventually("Bo reads it", lambda: bo.texts() == ["written while it flapped"])
    one_session(ada, bo)
