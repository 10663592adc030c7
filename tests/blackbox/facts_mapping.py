"""Two homes, each behind a router that translates addresses: how they reach each other, and what is said where they cannot."""
# SPDX-License-Identifier: GPL-3.0-or-later
import time

from facts_network import back, carries, noticed, one_session
from house import eventually, fact, waits
from nat import REFUSE, Internet, lets_in

SOON = 15  # seconds: PCP and NAT-PMP in vain take eight, looking for a router by UPnP takes two


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
        assert not lets_in(bo.router.outside)
        ada.restart()  # the router was there before her
        is_mapped(ada, "PCP")
        assert lets_in(ada.router.outside)
        pair_across(house, ada, bo)
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
        ada.restart()
        is_mapped(ada, "NAT-PMP")
        assert rule.packets > 0, "nothing was swallowed"
        pair_across(house, ada, bo)
        carries(bo, ada, "by the elder language")
        ada.stop()
        assert not ada.router.mapped(), "it is still mapped"
        ada.start()


@waits
@fact
def by_upnp_alone_they_meet_too(house):
    ada, bo = two_homes(house)
    with ada.router.maps_ports(pcp=False):
        ada.restart()
        is_mapped(ada, "UPnP")
        pair_across(house, ada, bo)
        carries(bo, ada, "by way of XML")
        assert "Duolog" not in (ada.router.folder / "said").read_text(), "the router was told which program it is for"
        ada.stop()
        assert not ada.router.mapped(), "it is still mapped"
        ada.start()


@waits
@fact
def a_router_that_refuses_by_upnp_is_told(house):
    internet = Internet(house)
    ada = internet.resident_behind("Ada")
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
        ada.restart()
        is_mapped(ada, "PCP")
        pair_across(house, ada, bo)
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
        for someone in (ada, bo):
            someone.restart()
            is_mapped(someone, "PCP")
        pair_across(house, ada, bo)
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
    internet = Internet(house)
    ada = internet.resident_behind("Ada")
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
    internet = Internet(house)
    ada = internet.resident_behind("Ada")
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
    internet = Internet(house)
    ada = internet.resident_behind("Ada")
    with ada.router.refuses() as refused:
        ada.restart()
        assert says(ada, "mapping-refused") == "PCP"
        assert refused.readline() == b"refused\n"
        assert "refuses to let the port in (PCP)" in words(ada.duolog("doctor"))
        assert addresses(ada) == ["192.168.1.10:38650"]


@waits
@fact
def a_router_behind_another_router_is_told(house):
    internet = Internet(house)
    ada = internet.resident_behind("Ada", outside="10.0.0.2")
    with ada.router.maps_ports():
        ada.restart()
        says(ada, "mapping-double-nat")
        assert "no address on the internet of its own" in words(ada.duolog("doctor"))
        assert addresses(ada) == ["192.168.1.10:38650"] and not ada.router.mapped()


@waits
@fact
def where_nobody_has_said_so_no_router_is_asked(house):
    internet = Internet(house)
    ada = internet.resident_behind("Ada")
    config = ada.home / "config.toml"
    config.write_text(config.read_text().replace("port_mapping = true\n", ""))
    with ada.router.rule("input", 'iifname "lan" udp dport { 1900, 5351 } counter') as asked:
        before = asked.packets
        ada.restart()
        says(ada, "mapping-off")
        assert asked.packets == before, "it was asked"
        config.write_text("port_mapping = true\n" + config.read_text())
        ada.restart()
        eventually("it is asked otherwise", lambda: asked.packets > before)


@waits
@fact
def another_network_is_asked_anew_and_the_old_address_is_told_no_more(house):
    internet = Internet(house)
    ada = internet.resident_behind("Ada")
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
        ada.restart()
        is_mapped(ada, "PCP")
        pair_across(house, ada, bo)
        carries(ada, bo, "before it forgets")
        with Internet.rule("ip saddr 192.168.2.10 counter drop") as not_translated:
            bo.router.forgets_connections()
            bo.write("into a connection that nobody remembers")
            noticed(ada, bo)
            assert not_translated.packets > 0, "the router forgot nothing"
        eventually("Ada reads it", lambda: "into a connection that nobody remembers" in ada.texts(), 15)
        one_session(ada, bo)

