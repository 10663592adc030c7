"""tor_network.py: a Tor network on loopback: real relays that know of no other, three of which say who belongs to it."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import re
import socket
import subprocess

from house import eventually, needs

RELAYS = 5  # with three or fewer no path of an onion service can be built
AUTHORITIES = 3

SHARED = """\
TestingTorNetwork 1
PathsNeededToBuildCircuits 0.67
GeoIPFile /dev/null
GeoIPv6File /dev/null
"""
RELAY = """\
RunAsDaemon 0
SocksPort 0
AssumeReachable 1
ExitPolicy reject *:*
NumCPUs 1
"""
AUTHORITY = """\
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
ContactInfo nobody@localhost.invalid
AuthDirMaxServersPerAddr 0
V3AuthVotingInterval 10
V3AuthVoteDelay 2
V3AuthDistDelay 2
TestingV3AuthInitialVotingInterval 10
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
MinUptimeHidServDirectoryV2 0
"""


def free_ports(count):
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


class Relay:
    def __init__(self, network, number, ports):
        self.folder = network / f"relay{number}"
        self.name = f"relay{number}"
        self.port, self.directory = ports
        self.is_authority = number < AUTHORITIES
        (self.folder / "keys").mkdir(parents=True, mode=0o700)
        self.folder.chmod(0o700)

    def make_identity(self):
        keys = self.folder / "keys"
        return subprocess.Popen(
            ["tor-gencert", "--create-identity-key", "-m", "12", "-a", f"127.0.0.1:{self.directory}", "--passphrase-fd",
             "0", "-i", keys / "authority_identity_key", "-s", keys / "authority_signing_key", "-c",
             keys / "authority_certificate"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def line(self, empty):
        """As the others know it: only of an authority, whose identity is made."""
        identity = re.search("^fingerprint (.*)$", (self.folder / "keys" / "authority_certificate").read_text(), re.M)[1]
        told = subprocess.run(
            ["tor", "--quiet", "--list-fingerprint", "--DataDirectory", self.folder, "--Nickname", self.name, "--ORPort",
             str(self.port), "--Address", "127.0.0.1", "--DirAuthority",
             f"x v3ident={identity} 127.0.0.1:1 {'0' * 40}", "-f", empty, "--defaults-torrc", empty],
            capture_output=True, text=True, timeout=60, check=True).stdout
        fingerprint = told.strip().split(" ", 1)[1].replace(" ", "")
        return f"DirAuthority {self.name} orport={self.port} v3ident={identity} 127.0.0.1:{self.directory} {fingerprint}\n"

    def start(self, shared, empty):
        own = f"DataDirectory {self.folder}\nNickname {self.name}\nAddress 127.0.0.1\nORPort {self.port} IPv4Only\n"
        if self.is_authority:
            own += f"DirPort {self.directory}\n" + AUTHORITY
        torrc = self.folder / "torrc"
        torrc.write_text(shared + RELAY + own)
        return subprocess.Popen(["tor", "--quiet", "-f", torrc, "--defaults-torrc", empty], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def knows_all(self):
        consensus = self.folder / "cached-microdesc-consensus"
        return consensus.exists() and len(re.findall("^s .*HSDir.*Running", consensus.read_text(), re.M)) >= RELAYS


class TorNetwork:
    """`lines`: what makes a tor of somebody's a part of it, as a file for `tor_lines`."""

    def __init__(self, house):
        needs("tor-gencert", "tor")
        self.folder = house.folder / "tor-network"
        self.folder.mkdir(mode=0o700)
        self.running = []
        self.lines = self.folder / "lines"

    def __enter__(self):
        empty = self.folder / "empty"
        empty.touch()
        ports = free_ports(2 * RELAYS)
        relays = [Relay(self.folder, i, ports[2 * i:2 * i + 2]) for i in range(RELAYS)]
        authorities = [relay for relay in relays if relay.is_authority]
        for made in [relay.make_identity() for relay in authorities]:
            made.communicate(b"x\n", timeout=120)
        shared = SHARED + "".join(relay.line(empty) for relay in authorities)
        self.lines.write_text(shared)
        self.running = [relay.start(shared, empty) for relay in relays]
        # Whoever asks before that waits for minutes until it asks again.
        eventually("all relays are known", lambda: all(relay.knows_all() for relay in authorities), 60)
        return self

    @contextlib.contextmanager
    def client(self, folder):
        """Somebody else's tor: the socket at which it takes calls."""
        folder.mkdir(mode=0o700)
        torrc = folder / "torrc"
        torrc.write_text(f"DataDirectory {folder}/data\nSocksPort unix:{folder}/calls ExtendedErrors\nClientOnly 1\n"
                         f"%include {self.lines}\n")
        tor = subprocess.Popen(["tor", "--quiet", "-f", torrc, "--defaults-torrc", self.folder / "empty"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            eventually("it takes calls", lambda: (folder / "calls").exists())
            yield folder / "calls"
        finally:
            tor.terminate()
            tor.wait(10)

    def __exit__(self, *_exception):
        for relay in self.running:
            relay.terminate()
        for relay in self.running:
            try:
                relay.wait(5)
            except subprocess.TimeoutExpired:
                relay.kill()
                relay.wait()
