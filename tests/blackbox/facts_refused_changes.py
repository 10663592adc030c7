"""What is changed, taken back, shared or said where the disk refuses: told, nothing half done, and whole once it does not."""
# SPDX-License-Identifier: GPL-3.0-or-later
import errno

import faults
from facts_change import bodies, lies_in, middle
from facts_drafts import MEMORY
from facts_full_disk import FULL, fill, on_a_small_disk, write_until_full
from facts_killed_changes import forget_drafts, shown
from facts_practices import asked, kept
from faults import many
from house import eventually, fact
from pen import Pen, texts
from person import DONE

ANGER = "said in anger, every byte of it, " * 60


def taking_back_where(ada, disk, after, calls, nth, **how):
    """Taken back with the disk refusing so, and gone `after` that. Not struck: None. Else whether it was said to be done,
    and whether its bytes were still there then."""
    had = bodies(ada)
    entry = ada.write(ANGER)["id"]
    (sealed,) = [middle(body) for body in bodies(ada) - had if len(body) > 1024]
    assert lies_in(ada, sealed), "else this fact shows nothing"
    disk.fail(calls, nth, **how)
    told = ada.run("delete", entry, "--yes", "--json")
    item, left = shown(ada, entry), bool(lies_in(ada, sealed))
    fired, done = disk.heal(), told.code == DONE
    if done:
        assert item["kind"] == "taken back" and item["text"] == "", item
    else:
        assert "NOT_SAVED" in told.said and "what was saved before is safe" in told.said and "hint" in told.said, told.said
        assert left and item["text"] == ANGER, "it is refused, and yet half done"
    after()
    item = shown(ada, entry)  # what was refused may have reached the disk all the same
    assert item["kind"] == "taken back" or not done and item["text"] == ANGER, (done, item)
    if item["kind"] != "taken back":
        ada.duolog("delete", entry, "--yes")
    eventually(f"not a byte of it is left after call {nth} was refused, {how}", lambda: not lies_in(ada, sealed))
    return (done, left) if fired else None


@fact
def what_is_taken_back_on_a_disk_that_refuses_any_call_is_gone_after_the_next_word_or_the_next_start(house):
    """Its tombstone, the wiping of its bytes, or that of the index: wherever it was refused, all of it is done in the end."""
    ada, disk = faults.with_a_disk(house)
    ada.write("this stays where it is")

    def a_word():
        ada.write(f"a word more, {len(ada.list())}", secret=False)

    changes = faults.WRITE | faults.OPEN | faults.TRUNCATE
    refused = later = 0
    for calls, after, how in many([], [(changes, a_word, {"error": errno.ENOSPC})]) + [
            (changes, a_word, {"error": errno.ENOSPC, "for_good": True}),
            (changes | faults.SYNC, ada.restart, {"error": errno.EIO})]:
        outcomes, nth = [], 1
        while outcome := taking_back_where(ada, disk, after, calls, nth, **how):
            outcomes.append(outcome)
            nth += many(nth, 1)  # first the tombstone, then what is wiped, page by page
            assert nth < 5000, "there is no end to it"
        print(f"{how}: (done, wiped later): {outcomes}")
        assert (False, True) in outcomes, "the tombstone itself was never refused"
        refused, later = refused + outcomes.count((False, True)), later + outcomes.count((True, True))
    print(f"{refused} refused, {later} done and wiped later")
    assert later >= 1, "the wiping itself was never refused"
    assert "this stays where it is" in ada.texts()
    ada.restart()
    assert ada.duolog("doctor").code == DONE


def as_it_is(someone):
    """All but where it has arrived, which Bo may tell at any moment."""
    return {item["id"]: {**item, "delivery": None} for item in someone.list()}


@fact
def what_is_changed_shared_or_said_on_a_full_disk_is_told_and_is_done_once_there_is_room(house):
    bo = house.resident("Bo")
    ada, disk = on_a_small_disk(house, "Ada", size="1m")
    ada.start()
    ada.init()
    house.pair(ada, bo)
    first = ada.write("as it was at first")["id"]
    private = ada.write("only for me at first", "--private")["id"]
    anger = ada.write("said in anger")["id"]
    eventually("Bo has both", lambda: bo.texts() == ["as it was at first", "said in anger"])
    for text in ("as it was changed", "said about it"):
        house.secrets.text(text, "a text")
    pen, pid = Pen(ada), ada.daemon.pid
    fill(ada.home)
    assert write_until_full(pen) == FULL
    commands = {"edit": (first, "as it was changed"), "share": (private, "--yes"), "reply": (first, "said about it"),
                "react": (first, "🌿"), "delete": (anger, "--yes")}
    before = as_it_is(ada)
    for verb, words in commands.items():
        fill(ada.home)
        refused = ada.refused("NOT_SAVED", verb, *words)
        assert FULL in refused.said and "what was saved before is safe" in refused.said and "hint" in refused.said, refused.said
        if verb == "reply":
            assert f"your words are kept in memory until you log out: duolog reply {first[:8]}" in refused.said, refused.said
            assert len(kept()) == 1
        assert as_it_is(ada) == before, f"half of it was done: {verb}"
    (edited,) = MEMORY.glob("duolog-edit-" + first[:16] + "*/entry.txt")
    assert edited.read_text().strip() == "as it was changed" and edited.stat().st_mode & 0o077 == 0
    forget_drafts()
    ada.run("sync")
    assert not {"as it was changed", "only for me at first", "said about it"} & set(bo.texts()), bo.texts()
    assert "cannot-write" in ada.warnings() and FULL in ada.duolog("status").text and ada.daemon.pid == pid
    disk.becomes("size=8m")
    for verb, words in commands.items():
        if verb == "reply":
            with asked(ada, "reply", first) as screen:  # what was kept is gone on with
                screen.expect("said about it")
                screen.type("")
                assert screen.end() == DONE and not kept(), screen.text
        else:
            ada.duolog(verb, *words)
    assert "cannot-write" not in ada.warnings() and ada.daemon.pid == pid
    wanted = {"as it was changed", "only for me at first", "said about it", *pen.saved}
    eventually("Bo has all of it", lambda: wanted <= set(bo.texts()) and "said in anger" not in bo.texts(), 60)
    assert [one["emoji"] for item in bo.list() if item["id"] == first for one in item["reactions"]] == ["🌿"]
