"""Through Tor: a real network of relays on loopback, and two who have no other way to each other."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import os
import pathlib
import signal
import socket

from facts_mapping import findings, words
from house import at_night, eventually, fact, needs, waits
from lan import Rule, run
from processes import alive, children_of
from tor_network import TorNetwork

SLOW = 60  # seconds, for what takes some ten


def wants_tor(someone, network):
    someone.configure()
    config = someone.home / "config.toml"
    config.write_text(f'tor = true\ntor_lines = "{network.lines}"\nport_mapping = false\n' + config.read_text())


def is_found(someone):
    return findings(someone).get("tor-published")


def peer(someone):
    return someone.status()["peers"][0]


def meet_through_tor(*people):
    for someone in people:
        eventually(f"{someone.name} is connected through Tor", lambda who=someone: peer(who).get("way") == "tor", SLOW)


def tor_of(someone):
    return next((pid for pid in children_of(someone.daemon.pid)
                 if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "tor"), None)


def tcp_listeners(pid):
    """The inodes of sockets on which it takes TCP connections."""
    listening = {line.split()[9] for table in ("tcp", "tcp6")
                 for line in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:] if line.split()[3] == "0A"}
    open_ones = set()
    for descriptor in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        target = os.readlink(descriptor)
        if target.startswith("socket:["):
            open_ones.add(target[len("socket:["):-1])
    return listening & open_ones


@contextlib.contextmanager
def apart_but_for_tor(house, network):
    """Ada and Bo, paired; Bo knows Ada's onion service; then nothing carries what is said to the ports they listen on."""
    needs("nft", "nftables")
    ada, bo = house.person("Ada"), house.person("Bo")
    for someone in (ada, bo):
        wants_tor(someone, network)
        someone.start()
        someone.init()
        assert "tor-waits" in findings(someone) and tor_of(someone) is None, "nobody is to find anybody yet"
    house.pair(ada, bo)
    eventually("Ada is found", lambda: is_found(ada), SLOW)
    bo.restart()
    ada.write("a word by the way that there is")
    eventually("Bo has it", lambda: "a word by the way that there is" in bo.texts())
    run("nft", "add", "table", "inet", "own")
    run("nft", "add chain inet own output { type filter hook output priority 0; }")
    ports = ", ".join(str(findings(someone)["listening"]) for someone in (ada, bo))
    with Rule("inet own output", f"tcp dport {{ {ports} }} counter reject with tcp reset") as rule:
        meet_through_tor(ada, bo)
        assert rule.packets > 0, "they might have met by another way"
        yield ada, bo


@at_night
@waits
@fact
def two_who_have_no_other_way_meet_through_tor(house):
    with TorNetwork(house) as network, apart_but_for_tor(house, network) as (ada, bo):
        assert "connected through Tor" in words(bo.duolog("status"))
        assert findings(bo)["peer-connected-tor"] and findings(ada)["peer-connected-tor"]
        ada.write("by a long way round")
        eventually("Bo has it", lambda: "by a long way round" in bo.texts(), SLOW)
        bo.write("and back")
        eventually("Ada has it", lambda: "and back" in ada.texts(), SLOW)
        onion = is_found(ada)
        assert onion.endswith(".onion:7") and onion in ada.status()["device"]["addresses"], onion
        for someone in (ada, bo):
            assert not tcp_listeners(tor_of(someone)), "its tor has opened a port"
        with ada.invite() as window:
            assert not any(".onion" in address for address in window.window.get("addresses", [])), window.window
        # A tor that dies is started anew, and its service keeps its name.
        dead = tor_of(ada)
        os.kill(dead, signal.SIGKILL)
        eventually("another one is there", lambda: tor_of(ada) not in (None, dead))
        eventually("she is found again", lambda: is_found(ada) == onion, SLOW)
        meet_through_tor(ada, bo)
        bo.write("still there")
        eventually("Ada has it", lambda: "still there" in ada.texts(), SLOW)
        # And none outlives its daemon, however that ends.
        left = tor_of(bo)
        bo.kill()
        eventually("Bo's tor is gone", lambda: not alive(left))
        bo.start()
        meet_through_tor(ada, bo)


def answer_to_a_call(calls, onion):
    """What tor says to somebody who wants to be led there (RFC 1928)."""
    host, port = onion.rsplit(":", 1)
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(SLOW)
        caller.connect(str(calls))
        caller.sendall(b"\5\1\0")
        assert caller.recv(2) == b"\5\0"
        caller.sendall(b"\5\1\0\3" + bytes([len(host)]) + host.encode() + int(port).to_bytes(2, "big"))
        return caller.recv(4)[1]


@at_night
@waits
@fact
def a_stranger_who_knows_the_name_is_not_led_there(house):
    with TorNetwork(house) as network, apart_but_for_tor(house, network) as (ada, _bo):
        with network.client(house.folder / "eve-tor") as calls:
            eventually("it is refused for want of a key", lambda: answer_to_a_call(calls, is_found(ada)) == 0xF4, SLOW)
