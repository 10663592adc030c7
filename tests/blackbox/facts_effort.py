"""What duologd costs while nothing happens, while something is wrong, and after it has happened a thousand times."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import datetime
import errno
import os
import pathlib
import socket
import struct
import time

import control
import effort
import faults
import wrong_clock
from effort import MEGABYTE, WITHOUT_QUARANTINE
from facts_attachments import file_of, settings
from facts_keep import backup_of, passphrase_of, restore, rot
from house import NIGHTLY, eventually, fact, waits
from lan import PORT, Lan, another_program_at, run
from middle import Middle
from pen import Pen
from person import DONE
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
    for more in range(20):  # what the log has in reserve is written first, then what the view gives
        fill(folder / f"filler {more}")
        if ivy.run("write", "--", "while there is room").code != DONE:
            break
    ivy.refused("NOT_SAVED", "write", "--", "there is no room for this")
    return ivy


def fill(filler):
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


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
    """{what ails it: who}; all are measured at once, until each has been found quiet: what it still had to do, and its
    first attempts, lie closely together, and a crowded machine makes each dearer."""
    left = dict(sufferers)
    for _ in range(8):
        measured = effort.over(60 if NIGHTLY else 8, [someone.daemon.pid for someone in left.values()])
        found = {ail: measured[someone.daemon.pid] for ail, someone in left.items()}
        for ail, (share, woken) in found.items():
            print(f"{ail}: {share:.4%} of a processor, {woken:.1f} wake-ups a second", flush=True)
        left = {ail: left[ail] for ail, (share, woken) in found.items() if share >= 0.001 or woken >= 2}
        if not left:
            return
    raise AssertionError(f"with {', '.join(left)} it comes to no rest")


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
    # Four silent rounds under every epoch first: net/README.md.
    eventually("it has become patient", lambda: all(waits_long(peer["next_try"]) for peer in control.peers(phone)), 200)
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


def with_a_disk_that_fails(house):
    """At every write and every fsync, from the first word on."""
    rio, disk = faults.with_a_disk(house, "Rio")
    disk.fail(faults.CHANGES, error=errno.EIO, for_good=True)
    rio.refused("NOT_SAVED", "write", "--", "on a disk that fails")
    assert disk.fired > 0
    return rio, disk


def with_a_damaged_log(house):
    """Noise in the middle of what a kill has left."""
    sol = house.resident("Sol")
    sol.restart()
    pen = Pen(sol)
    pen.open()
    for page in range(12):
        pen.write(f"page {page} of a book")
    sol.kill()
    log = sol.home / "duolog.db-wal"
    content = bytearray(log.read_bytes())
    middle = len(content) // 2
    content[middle:middle + 1024] = bytes(byte ^ 0xff for byte in content[middle:middle + 1024])
    log.write_bytes(content)
    sol.start()
    return sol


HALF_WAY = 7  # of a request: its length and a little


@contextlib.contextmanager
def callers_who_leave_half_way(person):
    """Each at every point of a request: some say no more and hear on, some are gone. Yields those who hear on."""
    whole = control.request(control.LIST)
    whole = struct.pack("<I", len(whole)) + whole
    with contextlib.ExitStack() as held:
        callers = []
        for point in (0, 1, 4, HALF_WAY, len(whole)):
            gone, caller = control.Control(person), held.enter_context(control.Control(person))
            for each in (gone, caller):
                each.socket.sendall(whole[:point])
            gone.socket.close()
            caller.socket.shutdown(socket.SHUT_WR)
            callers.append(caller)
        yield callers


@waits
@fact
def a_daemon_costs_next_to_nothing_on_a_failing_disk_with_a_damaged_log_and_among_callers_who_leave_half_way(house):
    effort.needs_honest_figures(house)
    sol = with_a_damaged_log(house)  # first: what a start has to do is done by the time it is measured
    rio, disk = with_a_disk_that_fails(house)
    tom = house.resident("Tom")
    sufferers = {"a disk that fails": rio, "a damaged log": sol, "callers who left half way": tom}
    with callers_who_leave_half_way(tom) as callers:
        eventually("whoever asked is answered", lambda: callers[-1].receive() is not None)
        costs_next_to_nothing(sufferers)
        for caller in callers[:-1]:
            assert caller.receive() is None, "it was not let go"
    assert disk.heal() > 0
    for ail in ("a disk that fails", "a damaged log"):
        assert "cannot-write" in sufferers[ail].warnings(), f"with {ail} it was so all the while"


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
