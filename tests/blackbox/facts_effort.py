"""What duologd costs while nothing happens, while something is wrong, and after it has happened a thousand times."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import subprocess
import time

import control
import effort
from house import eventually, fact
from lan import PORT, Lan, run
from middle import Middle

NIGHTLY = os.environ.get("DUOLOG_TIER") == "nightly"
WITHOUT_QUARANTINE = "quarantine_size_mb=0:thread_local_quarantine_size_kb=0"  # freed memory is given back at once
MEGABYTE = 1 << 20


class Sufferer:
    """A daemon and what ails it."""

    def __init__(self, someone, ail):
        self.someone, self.ail = someone, ail


def couple(house, lan, one, other):
    two = lan.resident(one), lan.resident(other)
    house.pair(*two, at=two[0].address())
    return two


def names_cannot_be_looked_up(lan):
    """Seen by this fact alone: the only name server is a machine that swallows the question."""
    server = lan.machine("Nameserver")
    server.rule("input", "udp dport 53 counter drop").__enter__()
    file = lan.house.folder / "resolv.conf"
    file.write_text(f"nameserver 10.81.0.{server.number}\n")
    run("mount", "--bind", str(file), os.path.realpath("/etc/resolv.conf"))


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


def without_any_standard_stream(house, lan):
    machine = lan.machine("Leo")
    leo = house.person("Leo", options=[], via=(*machine.via, "sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"))
    leo.start()
    leo.init()
    leo.write("written with no standard streams")
    return leo


@fact
def a_daemon_costs_next_to_nothing_at_rest_and_whatever_is_wrong(house):
    lan = Lan(house)
    names_cannot_be_looked_up(lan)
    sufferers = []

    def ails(someone, ail):
        sufferers.append(Sufferer(someone, ail))

    eve, _finn = couple(house, lan, "Eve", "Finn")
    hole = lan.rule("iifname { veve, vfinn } counter drop")
    hole.__enter__()
    ails(eve, "a black hole")
    ada, _bo = couple(house, lan, "Ada", "Bo")
    ails(ada, "nothing")
    cleo, dan = couple(house, lan, "Cleo", "Dan")
    dan.stop()
    ails(cleo, "a partner who is gone")
    gus, hal = lan.resident("Gus"), lan.resident("Hal")
    hal.stop()
    config = pathlib.Path(hal.home) / "config.toml"
    config.write_text('addresses = ["somewhere.example:38650"]\n')
    config.chmod(0o600)
    hal.start()
    house.pair(hal, gus, at=hal.status()["device"]["addresses"][1])
    hal.stop()
    ails(gus, "a name that cannot be looked up")
    ails(on_a_full_disk(house, lan), "a full disk")
    ails(locked(house, lan), "a lock")
    kim_machine = lan.machine("Kim")
    with subprocess.Popen([*kim_machine.via, "python3", "-c", "import socket\ns = socket.create_server(('', 38650))\n"
                           "print(1, flush=True)\ninput()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        kim = lan.resident("Kim")
        assert kim.address().endswith(f":{PORT + 1}")
        ails(kim, "a port that is taken")
        ails(without_any_standard_stream(house, lan), "no standard streams")
        for someone in (cleo, eve, gus):
            eventually(f"{someone.name} has noticed", lambda who=someone: not control.peers(who)[0]["connected"], 30)
        for someone in (cleo, eve, gus):
            eventually(f"{someone.name} has tried in vain", lambda who=someone: waits_long_for_a_try(who), 40)
        measured = effort.over(60 if NIGHTLY else 8, [each.someone.daemon.pid for each in sufferers])
        other.communicate(b"\n")
    assert hole.packets > 0
    for each in sufferers:
        share, woken = measured[each.someone.daemon.pid]
        print(f"{each.ail}: {share:.4%} of a processor, {woken:.1f} wake-ups a second")
    for each in sufferers:
        share, woken = measured[each.someone.daemon.pid]
        assert share < 0.001, f"with {each.ail} {share:.3%} of a processor"
        assert woken < 2, f"with {each.ail} {woken:.1f} wake-ups a second"


def waits_long_for_a_try(someone):
    return control.peers(someone)[0]["state"] == "no answer"


@fact
def stopping_does_not_wait_for_a_name_that_is_looked_up(house):
    lan = Lan(house)
    names_cannot_be_looked_up(lan)
    ada, bo = lan.resident("Ada"), lan.resident("Bo")
    with ada.invite() as window:
        with bo.lines("pair", window.code, "--yes", "--at", "somewhere.example:38650", "--json") as joining:
            joining.until(lambda said: said.get("progress", {}).get("step") == "CONNECTING")
            server = lan.machines["Nameserver"]
            eventually("the name server is asked", lambda: "packets 0" not in run(
                *server.via, "nft", "list", "chain", "inet", "own", "input"))
            began = time.monotonic()
            bo.stop()
            assert time.monotonic() - began < 3, f"it took {time.monotonic() - began:.1f} s"
            joining.end()


@fact
def a_thousand_reconnections_leave_nothing_behind(house):
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
