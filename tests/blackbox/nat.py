"""nat.py: an internet with homes in it, each behind a router that translates addresses and may map ports.

    the fact's own network ── bridge lan0, 8.8.4.254/24, the internet ─┬─ wan of Ada's router, 8.8.4.1
                                                                       └─ wan of Bo's router,  8.8.4.2
    Ada's router, lan 192.168.1.1 ═ eth0 of Ada's machine, 192.168.1.10, whose default route it is

Addresses of the real internet, in namespaces without any way out: a router that has a private one maps nothing. What maps
ports is Debian's miniupnpd, which speaks PCP, NAT-PMP and UPnP.
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import json
import socket
import subprocess
import sys

from house import eventually, needs
from lan import Lan, Machine, Rule, run

RULES = """
table inet filter {
 chain miniupnpd { }
 chain forward { type filter hook forward priority 0; policy drop;
  ct state established,related accept
  iifname "lan" accept
  jump miniupnpd
 }
 chain input { type filter hook input priority 0; policy accept;
  iifname "wan" ct state new drop
 }
 chain prerouting_miniupnpd { }
 chain postrouting_miniupnpd { }
 chain prerouting { type nat hook prerouting priority -100;
  jump prerouting_miniupnpd
 }
 chain postrouting { type nat hook postrouting priority 100;
  jump postrouting_miniupnpd
  oifname "wan" masquerade
 }
}
"""
ALLOW = "allow 1024-65535 192.168.0.0/16 1024-65535\ndeny 0-65535 0.0.0.0/0 0-65535"
REFUSE = "deny 0-65535 0.0.0.0/0 0-65535"
REFUSES_PCP = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 5351))
print("here", flush=True)
while True:
    asked, who = s.recvfrom(1100)
    said = bytearray(asked if asked[0] == 2 else asked[:2] + bytes(14))
    said[1] |= 0x80
    said[3] = 2  # not authorised
    s.sendto(said, who)
    print("refused", flush=True)
"""

DRIPS_UPNP = """
import socket, sys, threading, time
here = sys.argv[1]
orders = socket.create_server((here, 5000))
def drip():
    while True:
        one, _ = orders.accept()
        print("asked", flush=True)
        try:
            one.sendall(b"HTTP/1.1 200 OK\\r\\n")
            while True:
                one.sendall(b"x")
                time.sleep(0.2)
        except OSError:
            pass
threading.Thread(target=drip, daemon=True).start()
search = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
search.bind((here, 1900))
print("here", flush=True)
while True:
    asked, who = search.recvfrom(2000)
    search.sendto(f"HTTP/1.1 200 OK\\r\\nLOCATION: http://{here}:5000/\\r\\n\\r\\n".encode(), who)
"""


class Router:
    def __init__(self, internet, number, outside):
        self.internet, self.number, self.outside = internet, number, outside
        self.space = f"router{number}"
        self.folder = internet.house.folder / self.space
        self.folder.mkdir()
        run("ip", "netns", "add", self.space)
        self.via = ("nsenter", f"--net=/run/netns/{self.space}", "--")
        self.inside = f"192.168.{number}.1"
        self.wan()
        self.run("sysctl", "-qw", "net.ipv4.ip_forward=1")
        self.run("nft", "-f", "-", stdin=RULES)

    def wan(self):
        port = f"wan{self.number}"
        run("ip", "link", "add", port, "type", "veth", "peer", "name", "wan", "netns", self.space)
        run("ip", "link", "set", port, "master", "lan0", "up")
        for words in (("link", "set", "lo", "up"), ("addr", "add", f"{self.outside}/24", "dev", "wan"),
                      ("link", "set", "wan", "up")):
            run("ip", "-n", self.space, *words)

    def run(self, *words, stdin=""):
        done = subprocess.run([*self.via, *words], input=stdin.encode(), capture_output=True, check=False)
        assert done.returncode == 0, f"{' '.join(words)}: {done.stderr.decode()}"
        return done.stdout.decode()

    def lan_to(self, machine):
        """A cable from its inside to this machine, whose router it now is."""
        run("ip", "link", "add", "lan", "netns", self.space, "type", "veth", "peer", "name", "eth0", "netns", machine.name)
        run("ip", "-n", self.space, "addr", "add", f"{self.inside}/24", "dev", "lan")
        run("ip", "-n", self.space, "link", "set", "lan", "up")
        machine.ip("addr", "add", f"192.168.{self.number}.10/24", "dev", "eth0")
        machine.ip("link", "set", "eth0", "up")
        machine.ip("route", "add", "default", "via", self.inside)

    @contextlib.contextmanager
    def maps_ports(self, rules=ALLOW, pcp=True, upnp=True):
        """miniupnpd runs there, from a clean slate as after a power cut."""
        needs("miniupnpd", "miniupnpd miniupnpd-nftables")
        self.forgets_mappings()
        config = self.folder / "miniupnpd.conf"
        config.write_text(f"""ext_ifname=wan
listening_ip=lan
port=0
enable_natpmp={'yes' if pcp else 'no'}
enable_upnp={'yes' if upnp else 'no'}
secure_mode=yes
uuid=00000000-0000-0000-0000-00000000000{self.number}
upnp_table_name=filter
upnp_nat_table_name=filter
upnp_forward_chain=miniupnpd
upnp_nat_chain=prerouting_miniupnpd
upnp_nat_postrouting_chain=postrouting_miniupnpd
min_lifetime=120
max_lifetime=86400
{rules}
""")
        said = (self.folder / "said").open("wb")
        with subprocess.Popen([*self.via, "miniupnpd", "-d", "-f", config, "-P", self.folder / "pid"], stdin=subprocess.DEVNULL,
                              stdout=said, stderr=said) as daemon:
            try:
                eventually("miniupnpd is ready", lambda: self.listens(pcp, upnp) or daemon.poll() is not None)
                assert daemon.poll() is None, (self.folder / "said").read_text()
                yield
            finally:
                daemon.terminate()

    @contextlib.contextmanager
    def refuses(self):
        """It is asked, and says no in both languages. (miniupnpd says no for every port in turn, which takes it a minute.)"""
        with self.speaks(REFUSES_PCP) as said:
            yield said

    @contextlib.contextmanager
    def drips(self):
        """It is found by UPnP, and then says a byte at a time, without an end."""
        with self.speaks(DRIPS_UPNP, self.inside) as said:
            yield said

    @contextlib.contextmanager
    def speaks(self, program, *words):
        with subprocess.Popen([*self.via, sys.executable, "-c", program, *words], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE) as program:
            try:
                assert program.stdout.readline() == b"here\n"
                yield program.stdout
            finally:
                program.terminate()

    def listens(self, pcp, upnp):
        ports = self.run("ss", "-Hlun")
        return (not pcp or ":5351 " in ports) and (not upnp or ":1900 " in ports)

    def rule(self, chain, rule):
        return Rule(f"inet filter {chain}", rule, self.via)

    def mapped(self):
        """The ports that it lets in, as its own rules say."""
        listed = json.loads(self.run("nft", "--json", "list", "chain", "inet", "filter", "prerouting_miniupnpd"))
        return [each["rule"] for each in listed["nftables"] if "rule" in each]

    def forgets_mappings(self):
        for chain in ("miniupnpd", "prerouting_miniupnpd", "postrouting_miniupnpd"):
            self.run("nft", "flush", "chain", "inet", "filter", chain)
        assert not self.mapped()

    def mixes_ports(self):
        """Each connection leaves from a port of its choice, which nobody out there can foresee."""
        self.run("nft", "insert", "rule", "inet", "filter", "postrouting", "oifname", "wan", "masquerade", "fully-random")

    def forgets_connections(self):
        """All of them, as at a power cut; and none is taken up in the middle, as Linux would and many do not."""
        needs("conntrack", "conntrack")
        self.run("sysctl", "-qw", "net.netfilter.nf_conntrack_tcp_loose=0")
        self.run("conntrack", "-F")


class Internet(Lan):
    def __init__(self, house):
        super().__init__(house)
        run("ip", "addr", "add", "8.8.4.254/24", "dev", "lan0")
        self.homes = 0

    def resident_behind(self, name, outside=None, **how):
        """Somebody at home, behind a router of their own."""
        self.homes += 1
        machine = self.machines[name] = Machine(self, name, self.homes)
        router = Router(self, self.homes, outside or f"8.8.4.{self.homes}")
        router.lan_to(machine)
        start = how.pop("start", True)
        someone = self.house.person(name, options=how.pop("options", []), via=machine.via, **how)
        someone.machine, someone.router = machine, router
        someone.configure()
        if start:
            someone.start()
            someone.init()
        return someone

    def resident_outside(self, name):
        """Somebody whose machine has an address of the internet itself, and no router."""
        machine = self.bare_machine(name)
        machine.cable()
        self.join(machine)
        where = f"8.8.4.{200 + machine.number}"
        machine.ip("addr", "add", f"{where}/24", "dev", "eth0")
        someone = self.house.resident(name, options=[], via=machine.via)
        someone.machine, someone.place = machine, f"{where}:38650"
        return someone


def lets_in(host, port=38650):
    """Whether somebody out there takes a call, seen from the internet."""
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False
