"""lan.py: a network with people in it: each machine has interfaces of its own, and what lies between them can be broken.

    the fact's own network ── bridge lan0 ─┬─ vada ═ eth0 of Ada's machine, 10.81.0.1 and fd81::1
                                           └─ vbo  ═ eth0 of Bo's machine,  10.81.0.2 and fd81::2

All of it lives in the fact's own network and mount namespace and ends with them. The bridge, its filter and so every packet
are on the fact's side, where the capture hears them. What a fault is said to do is counted by nft: see Rule.packets.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import json
import os
import pathlib
import subprocess
import sys

from house import Skipped, eventually, needs

PORT = 38650


def run(*words):
    done = subprocess.run(words, capture_output=True, check=False)
    if done.returncode and b"not permitted" in done.stderr:
        raise Skipped(f"this user may not do {' '.join(words)}")
    assert done.returncode == 0, f"{' '.join(words)}: {done.stderr.decode()}"
    return done.stdout.decode()


class Rule:
    """One rule of nft with a counter, for as long as `with` lasts."""

    def __init__(self, place, rule, inside=()):
        self.place, self.rule, self.inside = place.split(), rule, inside  # "bridge lan forward"

    def __enter__(self):
        made = run(*self.inside, "nft", "--json", "--echo", "--handle", "add", "rule", *self.place, *self.rule.split())
        self.handle = json.loads(made)["nftables"][0]["add"]["rule"]["handle"]
        return self

    def __exit__(self, *_exception):
        run(*self.inside, "nft", "delete", "rule", *self.place, "handle", str(self.handle))

    @property
    def packets(self):
        """How many it has met: a fault that never fired shows nothing."""
        for each in json.loads(run(*self.inside, "nft", "--json", "list", "chain", *self.place))["nftables"]:
            if each.get("rule", {}).get("handle") == self.handle:
                return next(part["counter"]["packets"] for part in each["rule"]["expr"] if "counter" in part)
        raise AssertionError("the rule is gone")


class Machine:
    """A network namespace; its cable ends at the bridge, or with `routed` at an address of the fact's own side."""

    def __init__(self, lan, name, number):
        self.lan, self.name, self.number = lan, name.lower(), number
        self.port = f"v{self.name}"  # the far end of its cable
        run("ip", "netns", "add", self.name)
        self.via = ("nsenter", f"--net=/run/netns/{self.name}", "--")
        self.ip("link", "set", "lo", "up")

    def ip(self, *words):
        return run("ip", "-n", self.name, *words)

    def sets(self, *settings):
        run(*self.via, "sysctl", "-qw", *settings)

    def cable(self, device="eth0"):
        run("ip", "link", "add", self.port, "type", "veth", "peer", "name", device, "netns", self.name)
        run("ip", "link", "set", self.port, "up")
        self.ip("link", "set", device, "up")

    def address(self, number=None, device="eth0", family=""):
        """Both addresses, or that of one family; those that are there already stay."""
        number = number or self.number
        if family != "-6":
            self.ip("addr", "replace", f"10.81.0.{number}/24", "dev", device)
        if family != "-4":
            self.ip("addr", "replace", f"fd81::{number}/64", "dev", device, "nodad")

    def pull_out(self):
        """The cable: this machine's interface stays up, and has no carrier."""
        run("ip", "link", "set", self.port, "down")

    def plug_in(self):
        run("ip", "link", "set", self.port, "up")

    def rule(self, hook, rule):
        """A rule in this machine's own firewall; hook is "input" or "output"."""
        if not hasattr(self, "firewall"):
            self.firewall = True
            run(*self.via, "nft", "add", "table", "inet", "own")
            for each in ("input", "output"):
                run(*self.via, "nft", f"add chain inet own {each} {{ type filter hook {each} priority 0; }}")
        return Rule(f"inet own {hook}", rule, self.via)


class Lan:
    def __init__(self, house):
        needs("ip", "iproute2")
        needs("nft", "nftables")
        if os.environ.get("DUOLOG_OWN_NETWORK") != "1":
            raise Skipped("this machine gives the tests no network of their own")
        self.house, self.machines = house, {}
        run("mount", "-t", "tmpfs", "tmpfs", "/run")  # seen by this fact alone
        pathlib.Path("/run/netns").mkdir()
        run("ip", "link", "add", "lan0", "type", "bridge", "mcast_snooping", "0")
        run("ip", "link", "set", "lan0", "up")
        run("nft", "add", "table", "bridge", "lan")
        run("nft", "add chain bridge lan forward { type filter hook forward priority 0; }")

    def machine(self, name):
        machine = self.bare_machine(name)
        machine.cable()
        self.join(machine)
        machine.address()
        eventually("its addresses are its own", lambda: "tentative" not in machine.ip("-6", "addr"))
        return machine

    @staticmethod
    def join(machine):
        run("ip", "link", "set", machine.port, "master", "lan0")

    def bare_machine(self, name):
        self.machines[name] = Machine(self, name, len(self.machines) + 1)
        return self.machines[name]

    def resident(self, name, **how):
        """Somebody on a machine of their own, whose daemon listens everywhere, as it does by default."""
        machine = self.machines.get(name) or self.machine(name)
        someone = self.house.resident(name, options=how.pop("options", []), via=machine.via, **how)
        someone.machine = machine
        return someone

    def two(self):
        ada, bo = self.resident("Ada"), self.resident("Bo")
        self.house.pair(ada, bo, at=ada.address())
        return ada, bo

    @staticmethod
    def rule(rule):
        """A rule for everything the bridge carries."""
        return Rule("bridge lan forward", rule)

    def black_hole(self):
        """Every packet is swallowed; both links stay up and nobody is told."""
        return self.rule("counter drop")


@contextlib.contextmanager
def another_program_at(machine, port):
    program = f"import socket; s = socket.create_server(('', {port}), family=socket.AF_INET6, dualstack_ipv6=True)\n" \
              "print('here', flush=True); input()"
    with subprocess.Popen([*machine.via, sys.executable, "-c", program], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        yield
        other.communicate(b"\n")
