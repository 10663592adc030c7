"""What duologd costs while nothing happens, while something is wrong, and after it has happened a thousand times."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import datetime
import os
import pathlib
import time

import control
import effort
import wrong_clock
from effort import MEGABYTE, WITHOUT_QUARANTINE
from facts_attachments import file_of, settings
from facts_keep import backup_of, passphrase_of, restore, rot
from house import NIGHTLY, eventually, fact, waits
from lan import PORT, Lan, another_program_at, run
from middle import Middle
from wrong_clock import WrongClock


def couple(house, lan, one, other):
    two = lan.resident(one), lan.resident(other)
    house.pair(*two, at=two[0].address())
    return two


def names_cannot_be_looked_up(lan):
    """Seen by this fact alone: the only name server is a machine that swallows the question."""
    server = lan.machine("Nameserver")
    wall = server.rule("input", "udp dport 53 counter drop")
    file = lan.house.folder / "resolv.conf"
    file.write_text(f"nameserver 10.81.0.{server.number}\n")
    run("mount", "--bind", str(file), os.path.realpath("/etc/resolv.conf"))
    return wall


def with_a_partner_at_a_name(house, lan):
    """Whose addresses begin with a name."""
    gus, hal = lan.resident("Gus"), lan.resident("Hal")
    hal.stop()
    config = pathlib.Path(hal.home) / "config.toml"
    config.write_text('addresses = ["somewhere.example:38650"]\n')
    config.chmod(0o600)
    hal.start()
    house.pair(hal, gus, at=hal.status()["device"]["addresses"][1])
    hal.stop()
    return gus


@contextlib.contextmanager
def beside_another_program(lan):
    machine = lan.machine("Kim")
    with another_program_at(machine, PORT):
        kim = lan.resident("Kim")
        assert kim.address().endswith(f":{PORT + 1}"), kim.address()
        yield kim


def on_a_full_disk(house, lan):
    folder = house.folder / "ivy"
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder))
    ivy = lan.resident("Ivy")
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
    ivy.refused("NOT_SAVED", "write", "--", "there is no room for this")
    return ivy


def locked(house, lan):
    joy = house.person("Joy", options=[], via=lan.machine("Joy").via)
    joy.start()
    joy.init("--passphrase-file", joy.passphrase_file("a passphrase for the night"))
    joy.lock()
    assert joy.status()["locked"]
    return joy


def under_a_clock_that_jumps(lan, by):
    """She and her partner."""
    clock = WrongClock(lan.house)
    machine = lan.machine("Mia")
    mia = lan.house.resident("Mia", options=[], via=(*machine.via, *clock.via), asan=wrong_clock.ASAN)
    lan.house.pair(mia, lan.resident("Ned"), at=mia.address())
    clock.jump(by)
    return mia


def without_any_standard_stream(house, lan):
    machine = lan.machine("Leo")
    leo = house.person("Leo", options=[], via=(*machine.via, "sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"))
    leo.start()
    leo.init()
    leo.write("written with no standard streams")
    return leo


def notes(someone):
    return "".join(file.read_text() for file in someone.folder.rglob("notes.log"))


def costs_next_to_nothing(sufferers):
    """{what ails it: who}; all are measured at once."""
    measured = effort.over(60 if NIGHTLY else 8, [someone.daemon.pid for someone in sufferers.values()])
    for ail, someone in sufferers.items():
        share, woken = measured[someone.daemon.pid]
        print(f"{ail}: {share:.4%} of a processor, {woken:.1f} wake-ups a second")
    for ail, someone in sufferers.items():
        share, woken = measured[someone.daemon.pid]
        assert share < 0.001, f"with {ail} {share:.3%} of a processor"
        assert woken < 2, f"with {ail} {woken:.1f} wake-ups a second"


@waits
@fact
def a_daemon_costs_next_to_nothing_at_rest_and_while_nobody_can_be_reached(house):
    effort.needs_honest_figures(house)
    lan = Lan(house)
    with names_cannot_be_looked_up(lan) as asked, contextlib.ExitStack() as held:
        sufferers = {}
        eve, _finn = couple(house, lan, "Eve", "Finn")
        hole = held.enter_context(lan.rule("iifname { veve, vfinn } counter drop"))
        sufferers["a black hole"] = eve
        sufferers["nothing"], _bo = couple(house, lan, "Ada", "Bo")
        sufferers["a partner who is gone"], dan = couple(house, lan, "Cleo", "Dan")
        dan.stop()
        sufferers["a name that cannot be looked up"] = with_a_partner_at_a_name(house, lan)
        for ail, someone in sufferers.items():
            eventually(f"it has come to {ail}", lambda who=someone, well=ail == "nothing":
                       control.peers(who)[0]["connected"] == well, 30)
        eventually("the name server was asked", lambda: asked.packets > 0)
        costs_next_to_nothing(sufferers)
        assert hole.packets > 0, "nothing was swallowed"


@waits
@fact
def a_daemon_costs_next_to_nothing_whatever_is_wrong_with_its_machine(house):
    effort.needs_honest_figures(house)
    lan = Lan(house)
    with beside_another_program(lan) as kim:
        mia = under_a_clock_that_jumps(lan, "+10y")
        sufferers = {"a port that is taken": kim, "a clock that jumped ten years": mia,
                     "a full disk": on_a_full_disk(house, lan), "a lock": locked(house, lan),
                     "no standard streams": without_any_standard_stream(house, lan)}
        eventually("the clock has jumped", lambda: "the clock jumped" in notes(mia), 25)
        house.pair_is_up(mia)
        costs_next_to_nothing(sufferers)


def with_rot_that_nobody_mends(house):
    """Wanted from nobody: the journal is hers alone."""
    una = house.resident("Una")
    una.write("a word that rots " * 60)
    una.stop()
    for file in una.home.glob("view.*"):
        file.unlink()
    assert rot(una, 1) == 1
    una.start()
    assert "damaged" in una.warnings()
    return una


def held_after_a_restore(house):
    """Its partner is away, so that it may not write yet."""
    vic, wim = house.resident("Vic"), house.resident("Wim")
    house.pair(vic, wim)
    place, passphrase = backup_of(vic), passphrase_of(vic)
    for someone in (vic, wim):
        someone.stop()
    again = house.person("Vic-again")
    restore(again, place, passphrase)
    assert "restored" in again.warnings()
    return again


def with_a_file_that_nobody_brings(house):
    """Asked for, and whoever has it is away."""
    xia, yan = house.resident("Xia"), house.person("Yan")
    settings(yan, 'attachments = "on demand"')
    yan.start()
    yan.init()
    house.pair(xia, yan)
    entry = xia.write("whenever you like", "--attach", file_of(house, "later.bin", 300_000))["id"]
    eventually("Yan has the words", lambda: yan.texts())
    xia.stop()
    eventually("Yan has noticed", lambda: not control.peers(yan)[0]["connected"])
    yan.refused("NOT_HERE_YET", "attachment", "save", entry)
    return yan


def removed(house):
    """By another of its person's; it dials on, and is turned away by both."""
    zoe, quin = house.resident("Zoe"), house.resident("Quin")
    house.pair(zoe, quin)
    phone = house.second(zoe, "Phone")
    eventually("the phone meets both", lambda: {peer["name"] for peer in phone.status()["peers"] if peer["connected"]} >= {"Quin"})
    zoe.duolog("device", "remove", "phone", "--yes")
    eventually("nobody is connected with it", lambda: not control.connected(phone))
    eventually("it has become patient", lambda: all(waits_long(peer["next_try"]) for peer in control.peers(phone)), 90)
    return phone


def waits_long(next_try):
    """Longer than is measured by day; each knock is a handshake that comes to nothing."""
    return bool(next_try) and datetime.datetime.fromisoformat(next_try).timestamp() - time.time() > 10


@waits
@fact
def a_daemon_costs_next_to_nothing_whatever_it_waits_for_and_nobody_brings(house):
    effort.needs_honest_figures(house)
    sufferers = {"rot that nobody mends": with_rot_that_nobody_mends(house), "a home held after a restore": held_after_a_restore(house),
                 "a file that nobody brings": with_a_file_that_nobody_brings(house), "its removal": removed(house)}
    costs_next_to_nothing(sufferers)
    assert "damaged" in sufferers["rot that nobody mends"].warnings(), "it was so all the while"
    assert "restored" in sufferers["a home held after a restore"].warnings()


@waits
@fact
def stopping_does_not_wait_for_a_name_that_is_looked_up(house):
    lan = Lan(house)
    ada, bo = lan.resident("Ada"), lan.resident("Bo")
    with names_cannot_be_looked_up(lan) as asked, ada.invite() as window:
        with bo.lines("pair", window.code, "--yes", "--at", "somewhere.example:38650", "--json") as joining:
            joining.until(lambda said: said.get("progress", {}).get("step") == "CONNECTING")
            eventually("the name server is asked", lambda: asked.packets > 0)
            began = time.monotonic()
            bo.stop()
            assert time.monotonic() - began < 3, f"it took {time.monotonic() - began:.1f} s"
            joining.end()


@fact
def hundreds_of_reconnections_leave_nothing_behind(house):
    effort.needs_honest_figures(house)
    with Middle(house) as middle:
        ada = middle.lan.resident("Ada", asan=WITHOUT_QUARANTINE)
        bo = middle.lan.resident("Bo", asan=WITHOUT_QUARANTINE)
        house.pair(ada, bo, at=ada.address())
        rounds, warm = (10_000, 1_000) if NIGHTLY else (300, 100)
        for turn in range(rounds):
            if turn == warm:
                before = {each: (effort.memory(each.daemon.pid), effort.descriptors(each.daemon.pid)) for each in (ada, bo)}
            cut_off = len(middle.calls)
            middle.hang_up()
            eventually("they meet", lambda: met_again(middle, cut_off, ada, bo))
        for someone, (memory, descriptors) in before.items():
            eventually("its descriptors are as many as before",
                       lambda who=someone, many=descriptors: effort.descriptors(who.daemon.pid) <= many)
            grown = effort.memory(someone.daemon.pid) - memory
            print(f"{someone.name}: {grown / 1024:.0f} KiB more after {rounds - warm} reconnections")
            assert grown < MEGABYTE, f"{someone.name}'s daemon has grown by {grown / MEGABYTE:.1f} MiB"
        ada.write("after all these reconnections")
        eventually("Bo reads it", bo.texts)


def met_again(middle, cut_off, *people):
    if len(middle.calls) > cut_off and all(control.peers(someone)[0]["connected"] for someone in people):
        return True
    for someone in people:
        control.nudge(someone)
    return False
