"""Two who share a journal find each other in the network they are both in, and nobody else learns or gains anything by it."""
# SPDX-License-Identifier: GPL-3.0-or-later
import struct
import subprocess
import sys
import time

import control
import effort
from house import NIGHTLY, eventually, fact, waits
from facts_network import sessions
from lan import PORT, Lan

BACK = 10           # seconds until they are together again
BEACON = 82         # bytes
FIRST_MESSAGE = 50  # of a handshake, with its length
WINDOW = 8          # bytes that never come twice by chance
CALLS = f"udp dport {PORT} udp length {8 + BEACON} counter"

FLOOD = f"""
import socket, struct, sys, time, os
interface, seconds = socket.if_nametoindex("eth0"), float(sys.argv[1])
four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
four.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, struct.pack("4s4si", bytes(4), bytes(4), interface))
six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
said = [bytes.fromhex(line) for line in sys.stdin.read().split()]
end, sent = time.monotonic() + seconds, 0
while time.monotonic() < end:
    for _ in range(25):
        packet = said[sent % len(said)] if said and sent % 10 == 0 else os.urandom({BEACON})
        four.sendto(packet, ("239.255.38.65", {PORT}))
        six.sendto(packet, ("ff02::3865", {PORT}, 0, interface))
        sent += 2
    time.sleep(0.005)
print(sent)
"""


def move(*people, family=""):
    """Each to other addresses, all at once, the link-local one of IPv6 too. (who, number) each."""
    for someone, _number in people:
        someone.machine.ip("addr", "flush", "dev", "eth0")
    for someone, number in people:
        someone.machine.address(number, family=family)
        if family != "-4":
            someone.machine.ip("addr", "add", f"fe80::{number}/64", "dev", "eth0", "scope", "link", "nodad")


def together(*people, seconds=BACK):
    """At these numbers: a connection from before they moved is none."""
    began = time.monotonic()
    for someone, number in people:
        here = [f"10.81.0.{number}:", f"10.81.0.{number}]", f"fd81::{number}]", f"fe80::{number}]"]
        eventually(f"{someone.name} is connected at {number}", lambda who=someone, places=here: control.connected(who)
                   and any(place in line for line in sessions(who) for place in places), seconds)
    print(f"together after {time.monotonic() - began:.1f} s")


def met(*people):
    for someone in people:
        eventually(f"{someone.name} is connected", lambda who=someone: control.connected(who), BACK)


def apart(*people):
    for someone in people:
        eventually(f"{someone.name} is alone", lambda who=someone: not control.connected(who), 30)


@waits
@fact
def two_who_both_changed_their_address_find_each_other_in_their_lan(house):
    lan = Lan(house)
    ada, bo = lan.two()
    for turn, (hers, his) in enumerate(((71, 72), (73, 74))):
        with lan.rule(CALLS) as called:
            move((ada, hers), (bo, his))
            together((ada, hers), (bo, his))
            assert called.packets > 0, "nobody called out"
        ada.write(f"found again, time {turn}")
        eventually("Bo reads it", lambda n=turn: f"found again, time {n}" in bo.texts())
    ada.stop()
    bo.stop()
    move((ada, 75), (bo, 76))  # while neither runs, so that neither could tell the other
    ada.start()
    bo.start()
    together((ada, 75), (bo, 76))


@waits
@fact
def without_beacons_two_who_both_changed_their_address_do_not_meet(house):
    """So that the fact above shows what it says."""
    lan = Lan(house)
    ada, bo = lan.two()
    with lan.rule(f"{CALLS} drop") as swallowed:
        move((ada, 71), (bo, 72))
        apart(ada, bo)
        eventually("both have called, twice", lambda: swallowed.packets >= 8)
        for _ in range(50):  # ten seconds: longer than it takes otherwise
            assert not control.connected(ada) and not control.connected(bo)
            time.sleep(0.2)
    for someone in (ada, bo):
        control.nudge(someone)  # or they would call out within 40 s
    together((ada, 71), (bo, 72))


@waits
@fact
def by_one_family_of_addresses_alone_they_find_each_other_too(house):
    lan = Lan(house)
    ada, bo = lan.two()
    for family, other, hers, his in (("-4", "ip6", 71, 72), ("-6", "ip", 81, 82)):
        with lan.rule(f"ether type {other} counter drop"):
            move((ada, hers), (bo, his), family=family)
            together((ada, hers), (bo, his))


def payloads(packets):
    """(protocol, destination port, payload) of what went by over IP."""
    for packet in packets:
        kind, body = packet[12:14], packet[14:]
        if kind == b"\x08\x00" and len(body) > 20:
            protocol, body = body[9], body[(body[0] & 15) * 4:struct.unpack(">H", body[2:4])[0]]
        elif kind == b"\x86\xdd" and len(body) > 40:
            protocol, body = body[6], body[40:40 + struct.unpack(">H", body[4:6])[0]]
        else:
            continue
        if protocol == 17 and len(body) >= 8:
            yield "udp", struct.unpack(">H", body[2:4])[0], body[8:]
        if protocol == 6 and len(body) >= 20:
            yield "tcp", struct.unpack(">H", body[2:4])[0], body[(body[12] >> 4) * 4:]


def overheard(house):
    """All beacons and all first messages of handshakes so far, each once: a packet passes several interfaces."""
    beacons, firsts = set(), set()
    for protocol, port, payload in payloads(list(house.capture.packets)):
        if protocol == "udp" and port == PORT and len(payload) == BEACON:
            beacons.add(payload)
        if protocol == "tcp" and len(payload) == FIRST_MESSAGE and payload[:2] == b"\0\x30":
            firsts.add(payload[2:])
    return beacons, firsts


@waits
@fact
def no_two_beacons_and_no_two_handshakes_share_any_bytes(house):
    """Of the same two devices, at the same two addresses, in the same minutes."""
    lan = Lan(house)
    ada, bo = lan.two()
    with lan.rule(CALLS) as called:
        for _turn in range(60 if NIGHTLY else 12):
            bo.restart()
            met(ada, bo)
        sent = called.packets
    beacons, firsts = overheard(house)
    print(f"{len(beacons)} beacons, {len(firsts)} first messages")
    assert len(beacons) >= sent >= 20, f"{sent} beacons were carried, and {len(beacons)} differ"
    assert len(firsts) >= 12, len(firsts)
    windows = [said[at:at + WINDOW] for said in beacons | firsts for at in range(len(said) - WINDOW + 1)]
    assert len(set(windows)) == len(windows), "eight bytes came twice"
    for at in range(BEACON):
        assert len({said[at] for said in beacons}) > 5, f"byte {at} is always the same"


@waits
@fact
def whoever_floods_the_group_hears_nothing_and_costs_next_to_nothing(house):
    """With noise, and with what was overheard: ten thousand packets a second."""
    effort.needs_honest_figures(house)
    lan = Lan(house)
    ada, bo = lan.two()
    eve = lan.machine("Eve")
    bo.stop()
    apart(ada)
    said = "\n".join(packet.hex() for packet in overheard(house)[0])
    seconds = 30 if NIGHTLY else 5
    with lan.rule(f"iifname vada ether daddr {mac_of(eve)} meta l4proto {{ tcp, udp }} counter") as answers, \
            lan.rule(f"iifname veve udp dport {PORT} counter") as flood:
        with subprocess.Popen([*eve.via, sys.executable, "-c", FLOOD, str(seconds + 2)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as stranger:
            stranger.stdin.write(said.encode())
            stranger.stdin.close()
            eventually("she floods", lambda: flood.packets > 100)
            share, woken = effort.over(seconds, [ada.daemon.pid])[ada.daemon.pid]
            stranger.stdout.read()
        print(f"{flood.packets / (seconds + 2):.0f} packets a second: {share:.3%} of a processor, {woken:.1f} wake-ups a second")
        assert flood.packets > 1_000 * seconds, f"a flood of {flood.packets} packets"
        assert answers.packets == 0, "somebody answered her"
    assert share < 0.02 and woken < 8, f"{share:.3%} of a processor, {woken:.1f} wake-ups a second"
    bo.start()
    met(ada, bo)


def mac_of(machine):
    return machine.ip("link", "show", "eth0").split("link/ether ")[1].split()[0]


@waits
@fact
def who_is_connected_or_wants_no_discovery_calls_nobody(house):
    lan = Lan(house)
    ada, bo = lan.two()
    eve, finn = lan.resident("Eve", options=["--no-discovery"]), lan.resident("Finn")
    house.pair(eve, finn, at=eve.address())
    finn.stop()
    apart(eve)
    with lan.rule(f"iifname {{ vada, vbo }} {CALLS}") as connected, lan.rule(f"iifname veve {CALLS}") as without:
        for _ in range(3):
            control.nudge(eve)
            control.nudge(ada)
        began = time.monotonic()
        eventually("half a minute has passed", lambda: time.monotonic() - began > (60 if NIGHTLY else 15), 70)
        assert control.connected(ada) and control.connected(bo)
        assert connected.packets == 0 and without.packets == 0, (connected.packets, without.packets)
        bo.stop()
        eventually("Ada, who is alone now, calls", lambda: connected.packets > 0)
