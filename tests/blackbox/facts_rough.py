"""A bad network, by a seeded generator: what is written arrives all the same, and is not sent many times over."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os

import control
from house import eventually, fact, waits
from lan import Lan
from rough import Rough

SEED = int(os.environ.get("DUOLOG_SEED", "1"))
ENTRIES = 40
LENGTH = 500
RECORD = 208 + 24 + 16 + 512  # of an entry of 500 bytes, as proto/README.md 3.2 has it: head, signature, sealed body


def rough_two(house, **how):
    lan = Lan(house)
    machines = [lan.bare_machine(name) for name in ("Ada", "Bo")]
    print(f"seed {SEED}, {how}")
    return lan, Rough(lan, *machines, seed=SEED, **how)


def people(lan):
    return lan.resident("Ada"), lan.resident("Bo")


def write_much(writer):
    return [writer.write(f"entry {i} ".ljust(LENGTH, "x"), secret=False)["id"] for i in range(ENTRIES)]


def arrives(reader, wanted, seconds):
    eventually("all of it is there", lambda: {item["id"] for item in reader.list("-n", "1000")} >= set(wanted), seconds)


@waits
@fact
def through_loss_doubles_delay_and_jitter_all_arrives_and_no_storm_breaks_loose(house):
    lan, rough = rough_two(house, delay=0.28, jitter=0.04, loss=0.2, twice=0.2)
    rough.loss, rough.twice, loss, twice = 0.0, 0.0, rough.loss, rough.twice
    with rough:
        ada, bo = people(lan)
        house.pair(ada, bo, at=ada.address())
        well = takes(rough, ada, bo)
        rough.loss, rough.twice = loss, twice
        badly = takes(rough, bo, ada)
    print(f"well {dict(well)}, badly {dict(badly)}")
    assert well["dropped"] == 0 and badly["late"] > 0
    assert 0.1 < badly["dropped"] / badly["offered"] < 0.3, "the loss did not happen"
    assert badly["doubled"] > 0, "nothing came twice"
    assert badly["offered bytes"] <= 2 * well["offered bytes"], "a storm of repetitions"


def takes(rough, writer, reader):
    """What the network is given to carry for the same number of entries, acknowledged."""
    rough.count.clear()
    arrives(reader, write_much(writer), 50)
    eventually("the writer knows it", lambda: control.peers(writer)[0]["behind"] == 0, 20)
    return rough.count.copy()


@waits
@fact
def through_a_line_of_64_kilobits_all_arrives_once(house):
    lan, rough = rough_two(house, rate=64_000, delay=0.02)
    with rough:
        ada, bo = people(lan)
        house.pair(ada, bo, at=ada.address())
        bo.stop()
        wanted = write_much(ada)
        rough.count.clear()
        bo.start()
        arrives(bo, wanted, 50)
    print(dict(rough.count))
    assert rough.count["queued"] > 0, "the line was never busy: nothing had to wait for it"
    payload = ENTRIES * RECORD
    assert rough.count["offered bytes"] <= 2 * payload, f"{rough.count['offered bytes']} bytes for {payload}"


@waits
@fact
def where_long_packets_vanish_without_a_word_short_ones_are_used(house):
    lan, rough = rough_two(house, longest=576)
    with rough:
        ada, bo = people(lan)
        house.pair(ada, bo, at=ada.address())
        wanted = write_much(ada)
        arrives(bo, wanted, 50)
        bo.restart()
        back = bo.write("and one the other way")["id"]
        arrives(ada, [back], 40)
    print(dict(rough.count))
    assert rough.count["too long"] > 0, "no long packet was ever sent: the fault did not happen"
