"""What people have on their disks from every release opens in this build and says the same (tests/fixtures/make)."""
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import pathlib
import shutil

import control
from house import Skipped, eventually, fact

HOMES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "homes"
# What is a matter of the moment, not of the record.
FLEETING = {"is_new", "delivery", "current", "state", "form"}


def recordings():
    found = sorted(HOMES.glob("*")) if HOMES.exists() else []
    if not found:
        raise Skipped("no homes have been recorded yet (tests/fixtures/make)")
    return found


def moved_in(house, name, recording):
    """A person who lives in a copy of a recorded home; git keeps no permissions but these matter."""
    someone = house.person(f"{name}-{recording.name}", options=())
    shutil.copytree(recording / name.lower(), someone.home)
    someone.home.chmod(0o700)
    for file in someone.home.iterdir():
        file.chmod(0o600)
    someone.learn_key()
    return someone


def holds(now, before):
    """Everything that was said is still said; more may be said by now."""
    if isinstance(before, dict):
        return all(key in FLEETING or (key in now and holds(now[key], value)) for key, value in before.items())
    if isinstance(before, list):
        return len(now) == len(before) and all(map(holds, now, before))
    return now == before


def expected(file):
    return [json.loads(line) for line in file.read_text().splitlines()]


def same(now, before):
    return holds(sorted(now, key=lambda item: item["id"]), sorted(before, key=lambda item: item["id"]))


@fact
def the_homes_of_every_release_still_open(house):
    for recording in recordings():
        ada = moved_in(house, "Ada", recording)
        ada.start()
        assert same(ada.list(), expected(recording / "ada.list")), f"{recording.name}: {ada.list()}"
        before = expected(recording / "ada.answers")[0]
        now = next(each for each in ada.json("answers", "checkin") if each["period"] == before["period"])
        assert holds(now, before), f"{recording.name}: {now}"


@fact
def two_homes_of_every_release_still_find_each_other_and_catch_up(house):
    if os.environ.get("DUOLOG_OWN_NETWORK") != "1":
        raise Skipped("the recorded ports may be taken on a network that is not the test's own")
    for recording in recordings():
        ada, bo = moved_in(house, "Ada", recording), moved_in(house, "Bo", recording)
        ada.start()
        bo.start()
        wanted = expected(recording / "bo.list")
        eventually(f"Bo's home of {recording.name} has caught up", lambda who=bo: same(who.list(), wanted), 60)
        ada.stop()
        bo.stop()


@fact
def a_session_recorded_by_every_release_is_answered_alike(house):
    for recording in recordings():
        ada = moved_in(house, "Ada", recording)
        ada.start()
        with control.Control(ada) as door:
            for line in expected(recording / "session"):
                replies = since_then(door.ask(bytes.fromhex(line["request"])), len(line["replies"]))
                assert len(replies) == len(line["replies"]), f"{recording.name}: {line['request']}"
                for now, before in zip(replies, map(bytes.fromhex, line["replies"])):
                    assert says_all_of(now, before), f"{recording.name}: {line['request']}"


def since_then(replies, count):
    """Without the round of the week that has begun since the recording was made: the newest stand first."""
    newer = len(replies) == count + 1 and [number for number, _ in control.fields(replies[0]) if number > 1] == [REPLY_ROUND]
    return replies[1:] if newer else replies


def says_all_of(now, before):
    """What was said then is said now, in the same bodies; a newer version may say more."""
    now, before = lasting(now), lasting(before)
    return [number for number, _ in now] == [number for number, _ in before] and all(
        field in fields for (_, fields), (_, wanted) in zip(now, before) if wanted is not None for field in wanted)


REPLY_ROUND = 16
ITEM, ITEM_DELIVERY, ITEM_IS_NEW = 15, 10, 16


def lasting(reply):
    """Which body of the oneof it is, and of an entry every field that is not a matter of the moment."""
    bodies = [(number, value) for number, value in control.fields(reply) if number > 1]
    return [(number, [field for field in control.fields(value) if field[0] not in (ITEM_DELIVERY, ITEM_IS_NEW)]
             if number == ITEM else None) for number, value in bodies]
