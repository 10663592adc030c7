"""Networks and firewalls that let some things through and others not: an address always works, and doctor names the cause."""
# SPDX-License-Identifier: GPL-3.0-or-later
import control
from house import eventually, fact, waits
from lan import PORT, Lan, another_program_at, run
from person import FAILED, Daemon

ANNOUNCEMENTS = f"udp dport {PORT}"


def found(someone):
    """Codes of doctor's findings, and what a person reads."""
    report = someone.json("doctor")[0]
    return {finding["code"] for finding in report["findings"]}, " ".join(someone.duolog("doctor").text.split())


def doctor_says(someone, code, words, seconds=20):
    eventually(f"{someone.name}'s doctor finds {code}", lambda: code in found(someone)[0], seconds)
    assert words in found(someone)[1], found(someone)[1]


def pair_by_announcement(house, host, joiner):
    with host.invite() as window:
        joiner.duolog("pair", window.code, "--yes")
        window.paired()
    house.pair_is_up(host, joiner)


def carry_both_ways(one, other):
    for writer, reader in ((one, other), (other, one)):
        text = f"{writer.name} in spite of the network"
        writer.write(text)
        eventually(f"{reader.name} reads it", lambda: text in reader.texts(), 15)


@waits
@fact
def where_multicast_is_blocked_the_joiner_is_told_and_an_address_works(house):
    lan = Lan(house)
    ada, bo = lan.resident("Ada"), lan.resident("Bo")
    with lan.rule(f"{ANNOUNCEMENTS} counter drop") as blocked:
        with ada.invite() as window:
            said = bo.refused("NOBODY_FOUND", "pair", window.code, "--yes").said
            assert "multicast" in said and "--at" in said and "no guess was spent" in said, said
            assert blocked.packets > 0, "nothing was announced"
            bo.duolog("pair", window.code, "--yes", "--at", ada.address())
            window.paired()
        house.pair_is_up(ada, bo)
        carry_both_ways(ada, bo)


@fact
def announcements_that_pass_one_way_only_are_enough_when_it_is_the_hosts(house):
    lan = Lan(house)
    ada, bo = lan.resident("Ada"), lan.resident("Bo")
    with lan.rule(f"iifname vbo {ANNOUNCEMENTS} counter drop"), lan.rule(f"iifname vada {ANNOUNCEMENTS} counter") as heard:
        pair_by_announcement(house, ada, bo)
        assert heard.packets > 0
        carry_both_ways(ada, bo)


@fact
def where_an_access_point_keeps_its_guests_apart_another_way_works(house):
    lan = Lan(house)
    ada, bo = lan.resident("Ada"), lan.resident("Bo")
    run("ip", "link", "add", "x", "type", "veth", "peer", "name", "tunnel0", "netns", "bo")
    run("ip", "link", "set", "x", "netns", "ada", "name", "tunnel0")
    for number, someone in enumerate((ada, bo), 1):
        someone.machine.ip("addr", "add", f"10.82.0.{number}/24", "dev", "tunnel0")
        someone.machine.ip("link", "set", "tunnel0", "up")
    with lan.rule("iifname vada oifname vbo counter drop") as apart, lan.rule("iifname vbo oifname vada counter drop"):
        with ada.invite() as window:
            bo.refused("CANNOT_CONNECT", "pair", window.code, "--yes", "--at", f"10.81.0.1:{PORT}")
            bo.duolog("pair", window.code, "--yes", "--at", f"10.82.0.1:{PORT}")
            window.paired()
        assert apart.packets > 0, "nobody was kept apart"
        house.pair_is_up(ada, bo)
        carry_both_ways(ada, bo)


@waits
@fact
def a_firewall_that_refuses_or_swallows_calls_is_named_and_the_other_way_round_works(house):
    lan = Lan(house)
    ada, bo = lan.two()
    for verdict, code, words in (("reject with tcp reset", "peer-refuses", "turns the connection away"),
                                 ("drop", "peer-no-answer", "nothing comes back from")):
        with ada.machine.rule("input", f"tcp dport {PORT} counter {verdict}") as wall:
            ada.stop()
            doctor_says(bo, code, words, 30)
            assert wall.packets > 0, "nobody came to the wall"
            ada.start()  # whoever is behind the wall can still call out
            house.pair_is_up(ada, bo)
            text = f"from behind a wall that says {verdict}"
            ada.write(text)
            eventually("Bo reads it", lambda: text in bo.texts(), 15)


@fact
def a_machine_without_a_network_is_told_so_by_doctor(house):
    lan = Lan(house)
    ada, bo = lan.two()
    ada.machine.ip("link", "set", "eth0", "down")
    eventually("Ada has noticed", lambda: not control.connected(ada), 30)
    doctor_says(ada, "peer-no-way", "is it in a network?")
    assert "multicast-blocked" not in found(ada)[0], "no firewall is blamed where there is nothing to ask by"
    assert bo.status()["initialised"]


@fact
def a_firewall_of_ones_own_that_blocks_announcements_is_named(house):
    lan = Lan(house)
    ada = lan.resident("Ada")
    assert "multicast-blocked" not in found(ada)[0]
    for hook in ("input", "output"):
        with ada.machine.rule(hook, f"{ANNOUNCEMENTS} counter drop") as wall:
            doctor_says(ada, "multicast-blocked", "a firewall on this computer")
            assert wall.packets > 0
    assert "multicast-blocked" not in found(ada)[0]


@fact
def where_the_port_is_taken_another_is_used_and_told(house):
    lan = Lan(house)
    machine = lan.machine("Ada")
    bo = lan.resident("Bo")
    with another_program_at(machine, PORT):
        ada = lan.resident("Ada")
        assert ada.address() == f"10.81.0.1:{PORT + 1}", ada.address()
        doctor_says(ada, "port-taken", f"another program has port {PORT}")
        pair_by_announcement(house, ada, bo)
        carry_both_ways(ada, bo)


@fact
def a_daemon_that_was_told_to_listen_where_another_program_does_says_so_and_does_not_start(house):
    lan = Lan(house)
    machine = lan.machine("Ada")
    with another_program_at(machine, 4000):
        ada = lan.resident("Ada")
        ada.stop()
        daemon = Daemon(ada, ["--listen", "10.81.0.1:4000"], wait=False)
        assert daemon.stop_by_itself() == FAILED
        said = (ada.folder / "duologd.said").read_text()
        assert "10.81.0.1:4000" in said and "another program" in said and "--listen" in said, said


