"""Two homes, each behind a router that translates addresses: how they reach each other, and what is said where they cannot."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import os
import pathlib
import time

import effort
from facts_network import back, carries, noticed, one_session
from house import eventually, fact, waits
from nat import REFUSE, Internet, lets_in

SOON = 15  # seconds: PCP and NAT-PMP in vain take eight, looking for a router by UPnP takes three
QUESTIONS = "udp dport { 1900, 5351 } counter"


def findings(someone):
    """Their codes, each with its detail."""
    report = someone.duolog("doctor", "--json").object
    return {finding["code"]: finding.get("detail", "") for finding in report["findings"]}


def says(someone, code, seconds=SOON):
    return eventually(f"{someone.name}'s doctor says {code}", lambda: findings(someone).get(code) is not None, seconds) and \
        findings(someone)[code]


def addresses(someone):
    return someone.status()["device"]["addresses"]


def is_mapped(someone, by, port=38650):
    where = f"{someone.router.outside}:{port}"
    assert says(someone, "mapped") == f"{where} ({by})", findings(someone)
    assert addresses(someone)[0] == where, addresses(someone)
    return where


def two_homes(house, **how):
    """Ada and Bo, not yet paired, and their routers."""
    internet = Internet(house)
    return internet.resident_behind("Ada", **how), internet.resident_behind("Bo", **how)


def at_home(house):
    """Ada, behind a router of her own, who shares a journal with Gus: so she wants to be found."""
    internet = Internet(house)
    ada, gus = internet.resident_behind("Ada"), internet.resident_outside("Gus")
    house.pair(gus, ada, at=gus.place)
    return ada


def pair_across(house, host, joiner):
    house.pair(host, joiner, at=f"{host.router.outside}:38650")


def words(result):
    """However the lines were broken."""
    return " ".join(result.text.split())


def way(someone):
    return someone.status()["peers"][0]["way"]


@waits
@fact
def two_homes_behind_routers_meet_by_a_port_mapped_with_pcp(house):
    ada, bo = two_homes(house)
    with ada.router.maps_ports():
        assert not lets_in(ada.router.outside) and not lets_in(bo.router.outside)
        pair_across(house, ada, bo)
        is_mapped(ada, "PCP")
        assert lets_in(ada.router.outside)
        carries(ada, bo, "from a home to another")
        carries(bo, ada, "and back")
        assert (way(ada), way(bo)) == ("through port", "across")
        assert "through the port that your router maps" in words(ada.duolog("status"))
        assert "across the internet" in words(bo.duolog("status"))
        says(bo, "mapping-no-answer")
        one_session(ada, bo)


@waits
@fact
def by_nat_pmp_alone_they_meet_too(house):
    ada, bo = two_homes(house)
    pcp_is_swallowed = "udp dport 5351 @th,64,8 2 counter drop"
    with ada.router.maps_ports(), ada.router.rule("input", pcp_is_swallowed) as rule:
        pair_across(house, ada, bo)
        is_mapped(ada, "NAT-PMP")
        assert rule.packets > 0, "nothing was swallowed"
        carries(bo, ada, "by the elder language")
        ada.stop()
        assert not ada.router.mapped(), "it is still mapped"
        ada.start()


@waits
@fact
def by_upnp_alone_they_meet_too(house):
    ada, bo = two_homes(house)
    with ada.router.maps_ports(pcp=False):
        pair_across(house, ada, bo)
        is_mapped(ada, "UPnP")
        carries(bo, ada, "by way of XML")
        assert "Duolog" not in (ada.router.folder / "said").read_text(), "the router was told which program it is for"
        ada.stop()
        assert not ada.router.mapped(), "it is still mapped"
        ada.start()


@waits
@fact
def a_router_that_refuses_by_upnp_is_told(house):
    ada = at_home(house)
    with ada.router.maps_ports(REFUSE, pcp=False):
        ada.restart()
        assert says(ada, "mapping-refused") == "UPnP"
        assert not ada.router.mapped()


@waits
@fact
def an_address_that_was_mapped_later_reaches_the_partner(house):
    """The one who could not be reached becomes the one who can. Her router keeps no ports: nothing but his mapping helps."""
    ada, bo = two_homes(house)
    ada.router.mixes_ports()
    with ada.router.maps_ports():
        pair_across(house, ada, bo)
        is_mapped(ada, "PCP")
        with bo.router.maps_ports():
            bo.restart()
            is_mapped(bo, "PCP")
            back(ada, bo)
    ada.router.forgets_mappings()  # and will map nothing any more
    ada.restart()
    with bo.router.maps_ports():
        bo.restart()
        is_mapped(bo, "PCP")
        back(ada, bo)
        assert (way(ada), way(bo)) == ("across", "through port")


@waits
@fact
def where_no_router_maps_a_port_any_more_both_try_the_last_address_from_the_port_that_stood_open(house):
    """Each router lets in what answers a packet of its own home: both call, from the very port that the other calls."""
    ada, bo = two_homes(house)
    with ada.router.maps_ports(), bo.router.maps_ports():
        pair_across(house, ada, bo)
        for someone in (ada, bo):
            is_mapped(someone, "PCP")
        carries(ada, bo, "each learns where the other is")
        for someone in (ada, bo):  # their machines keep the port of a closed connection for a minute, which is over here
            someone.machine.sets("net.ipv4.tcp_max_tw_buckets=0")
            someone.stop()
    for someone in (ada, bo):
        someone.router.forgets_mappings()
        someone.router.forgets_connections()
        assert not lets_in(someone.router.outside)
    ada.start()
    bo.start()
    back(ada, bo, seconds=60)
    assert not ada.router.mapped() and not bo.router.mapped()
    carries(bo, ada, "through what the two of them opened")
    one_session(ada, bo)


@waits
@fact
def a_router_that_restarts_is_asked_anew(house):
    ada = at_home(house)
    with ada.router.maps_ports():
        ada.restart()
        is_mapped(ada, "PCP")
        time.sleep(6)  # the fault itself: it had counted further than what clocks may differ by
    ada.router.forgets_mappings()
    with ada.router.maps_ports():
        began = time.monotonic()
        eventually("it maps the port again", ada.router.mapped, SOON)
        print(f"mapped anew after {time.monotonic() - began:.1f} s")
        eventually("somebody out there takes the call", lambda: lets_in(ada.router.outside))
        is_mapped(ada, "PCP")


@waits
@fact
def a_clean_stop_takes_the_mapping_away(house):
    ada = at_home(house)
    with ada.router.maps_ports():
        ada.restart()
        is_mapped(ada, "PCP")
        assert len(ada.router.mapped()) == 1
        began = time.monotonic()
        ada.stop()
        took = time.monotonic() - began
        assert not ada.router.mapped(), "it is still mapped"
        assert not lets_in(ada.router.outside)
        assert took < 2, f"stopping took {took:.1f} s"
        ada.start()
        is_mapped(ada, "PCP")
        ada.kill()
        assert len(ada.router.mapped()) == 1, "whoever is killed says nothing"
        ada.start()
        is_mapped(ada, "PCP")
        assert len(ada.router.mapped()) == 1, "the same port is asked for again"
    began = time.monotonic()
    ada.stop()
    assert time.monotonic() - began < 3, "a router that does not answer keeps nobody waiting"
    ada.start()


@waits
@fact
def a_router_that_refuses_is_told(house):
    ada = at_home(house)
    with ada.router.refuses() as refused:
        ada.restart()
        assert says(ada, "mapping-refused") == "PCP"
        assert refused.readline() == b"refused\n"
        assert "refuses to let the port in (PCP)" in words(ada.duolog("doctor"))
        assert addresses(ada) == ["192.168.1.10:38650"]


@waits
@fact
def a_router_behind_another_router_is_told(house):
    ada = Internet(house).resident_behind("Ada", outside="10.0.0.2")
    with ada.router.maps_ports(), ada.invite():
        says(ada, "mapping-double-nat")
        assert "no address on the internet of its own" in words(ada.duolog("doctor"))
        assert addresses(ada) == ["192.168.1.10:38650"] and not ada.router.mapped()


@waits
@fact
def where_somebody_has_said_no_no_router_is_asked(house):
    ada = at_home(house)
    config = ada.home / "config.toml"
    was = config.read_text()
    with ada.router.rule("input", f'iifname "lan" {QUESTIONS}') as asked:
        config.write_text("port_mapping = false\n" + was)
        before = asked.packets
        ada.restart()
        says(ada, "mapping-off")
        assert asked.packets == before, "it was asked"
        config.write_text(was)
        ada.restart()
        eventually("it is asked otherwise", lambda: asked.packets > before)


@waits
@fact
def no_router_is_asked_before_somebody_is_to_come_and_an_invitation_says_where(house):
    ada = Internet(house).resident_behind("Ada")
    with ada.router.maps_ports(), ada.router.rule("input", f'iifname "lan" {QUESTIONS}') as asked:
        ada.restart()
        says(ada, "mapping-not-needed")
        assert "once you share a journal" in words(ada.duolog("doctor"))
        ada.write("while nobody is to come")
        assert asked.packets == 0 and not ada.router.mapped(), "it was asked for nobody"
        where = f"{ada.router.outside}:38650"
        began = time.monotonic()
        with ada.invite() as window:
            assert time.monotonic() - began < 5, "a person waits for the code"
            assert window.window["addresses"][0] == where, window.window
            assert ada.router.mapped() and lets_in(ada.router.outside)
        eventually("nobody is waited for any more", lambda: not ada.router.mapped())
        says(ada, "mapping-not-needed")


@waits
@fact
def a_silent_router_costs_next_to_nothing_and_no_question_goes_further_than_to_it(house):
    effort.needs_honest_figures(house)
    ada = at_home(house)
    with ada.router.rule("forward", QUESTIONS) as passed_on, \
            ada.router.rule("input", f'iifname "lan" {QUESTIONS} drop') as swallowed:
        ada.restart()
        says(ada, "mapping-no-answer", 30)
        assert swallowed.packets > 0, "it was not asked"
        assert passed_on.packets == 0, "a question went through the router"
        eventually("she is connected", lambda: ada.status()["peers"][0]["connected"])
        before = swallowed.packets
        effort.over(20, [ada.daemon.pid])  # until she has written down whom she met, and what was asked of her is over
        share, woken = effort.over(30, [ada.daemon.pid])[ada.daemon.pid]
        print(f"beside a silent router: {share:.4%} of a processor, {60 * woken:.1f} wake-ups a minute")
        assert 60 * woken <= 10, f"{60 * woken:.1f} wake-ups a minute"
        assert swallowed.packets == before, "it is asked all the time"


@waits
@fact
def behind_a_tunnel_the_router_at_home_is_not_asked_and_its_address_is_told_to_nobody(house):
    """As OpenVPN does it: two halves of the world beside the old default route."""
    ada = at_home(house)
    with ada.router.maps_ports():
        ada.restart()
        is_mapped(ada, "PCP")
        ada.machine.ip("link", "add", "vpn", "type", "veth", "peer", "name", "far-end")
        ada.machine.ip("link", "set", "far-end", "up")
        ada.machine.ip("addr", "add", "10.8.0.2/24", "dev", "vpn")
        ada.machine.ip("link", "set", "vpn", "up")
        for half in ("0.0.0.0/1", "128.0.0.0/1"):
            ada.machine.ip("route", "add", half, "via", "10.8.0.1", "dev", "vpn")
        says(ada, "mapping-tunnel")
        assert "goes through a tunnel (a VPN)" in words(ada.duolog("doctor"))
        assert not any(ada.router.outside in one for one in addresses(ada)), addresses(ada)
        eventually("it is taken away", lambda: not ada.router.mapped())
        with ada.router.rule("input", f'iifname "lan" {QUESTIONS}') as asked:
            ada.restart()
            says(ada, "mapping-tunnel")
            assert asked.packets == 0, "the router at home was asked"
        ada.machine.ip("link", "del", "vpn")
        is_mapped(ada, "PCP")


@waits
@fact
def a_tunnel_that_is_the_only_way_is_no_router_at_home(house):
    ada = at_home(house)
    with ada.router.maps_ports():
        for kind in ("tun", "tap"):
            ada.machine.ip("route", "del", "default")
            ada.machine.ip("tuntap", "add", "dev", "vpn", "mode", kind)
            ada.machine.ip("addr", "add", "10.8.0.2/24", "dev", "vpn")
            ada.machine.ip("link", "set", "vpn", "up")
            ada.machine.ip("route", "add", "default", "via", "10.8.0.1", "dev", "vpn")
            ada.restart()
            says(ada, "mapping-tunnel")
            assert not ada.router.mapped()
            ada.machine.ip("link", "del", "vpn")
            ada.machine.ip("route", "add", "default", "via", ada.router.inside)
            is_mapped(ada, "PCP")


@waits
@fact
def what_the_errand_to_a_router_holds_is_nothing_of_hers(house):
    """A router of UPnP that never ends its answer: the process that reads it is caught in the middle."""
    ada = at_home(house)
    with ada.router.drips() as dripping:
        ada.restart()
        assert dripping.readline() == b"asked\n"
        errand = next(pid for pid in children(ada.daemon.pid) if b"--upnp" in proc(pid, "cmdline"))
        assert proc(errand, "environ") == b"", proc(errand, "environ")
        assert not any(str(ada.home) in os.readlink(f"/proc/{errand}/fd/{fd}") for fd in os.listdir(f"/proc/{errand}/fd"))
        assert len(os.listdir(f"/proc/{errand}/fd")) <= 6
        assert b"Seccomp:\t2" in proc(errand, "status"), "it may open files and reach other programs"
        key = ada.key_file().read_bytes()
        assert key not in memory_of(errand), "the key is in its memory"
        ada.write("whatever a router does")
        says(ada, "mapping-no-answer", 40)
        eventually("it is ended", lambda: not children(ada.daemon.pid))
        began = time.monotonic()
        ada.stop()
        assert time.monotonic() - began < 3
        ada.start()


def proc(pid, name):
    return pathlib.Path(f"/proc/{pid}/{name}").read_bytes()


def children(pid):
    return [int(word) for word in proc(pid, f"task/{pid}/children").split()]


def memory_of(pid):
    """Whatever can be read of it, the shadows of a sanitizer aside."""
    found = bytearray()
    with open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in proc(pid, "maps").decode().splitlines():
            where, rights = line.split()[:2]
            begin, end = (int(each, 16) for each in where.split("-"))
            if rights.startswith("rw") and end - begin < 64 << 20:
                with contextlib.suppress(OSError, OverflowError):
                    memory.seek(begin)
                    found += memory.read(end - begin)
    return bytes(found)


@waits
@fact
def another_network_is_asked_anew_and_the_old_address_is_told_no_more(house):
    ada = at_home(house)
    with ada.router.maps_ports():
        ada.restart()
        is_mapped(ada, "PCP")
        ada.machine.ip("addr", "flush", "dev", "eth0")
        eventually("the old address is told no more", lambda: not any("8.8.4.1" in one for one in addresses(ada)))
        says(ada, "mapping-no-router")
        ada.machine.ip("addr", "add", "192.168.1.20/24", "dev", "eth0")
        eventually("she has settled there", lambda: "192.168.1.20:38650" in addresses(ada))
        ada.machine.ip("route", "add", "default", "via", ada.router.inside)  # as it comes from a slow DHCP
        says(ada, "mapped")
        assert "192.168.1.20:38650" in addresses(ada)


@waits
@fact
def a_router_that_forgets_a_connection_is_noticed_and_they_meet_again(house):
    """As one that starts anew does, or one whose patience ends before the partners' pings."""
    ada, bo = two_homes(house)
    with ada.router.maps_ports():
        pair_across(house, ada, bo)
        is_mapped(ada, "PCP")
        carries(ada, bo, "before it forgets")
        with Internet.rule("ip saddr 192.168.2.10 counter drop") as not_translated:
            bo.router.forgets_connections()
            bo.write("into a connection that nobody remembers")
            noticed(ada, bo)
            assert not_translated.packets > 0, "the router forgot nothing"
        eventually("Ada reads it", lambda: "into a connection that nobody remembers" in ada.texts(), 15)
        one_session(ada, bo)

