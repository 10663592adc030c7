"""A partner's device writes records that no Duolog would write: kept, shown as what they are, never in the way."""
# SPDX-License-Identifier: GPL-3.0-or-later
import subprocess

from house import eventually, fact

UNREADABLE = ("undecryptable", "oversize", "utf8", "recursion", "garbage", "short")
NEWER = ("unknown", "empty")


def poison(house, person, kind):
    """While its daemon is away, one lie is put into this person's own log, under its own good signature."""
    person.stop()
    home = person.home
    done = subprocess.run([house.programs / "tests" / "blackbox" / "poison", home, kind], capture_output=True, check=False)
    assert done.returncode == 0, f"poison {kind}: {done.returncode} {done.stderr.decode()}"
    person.start()
    return int(done.stdout)


def shared(person):
    return next(journal for journal in person.status()["journals"] if journal["kind"] == "shared")


@fact
def a_poisoned_record_is_kept_and_what_comes_behind_it_arrives(house):
    ada, bo = house.two()
    problems = {"unreadable": 0, "newer": 0}
    for kind in UNREADABLE + NEWER:
        records = poison(house, bo, kind)
        bo.write(f"behind {kind}", secret=False)
        eventually(f"what is behind {kind} arrives", lambda said=f"behind {kind}": said in ada.texts(), 40)
        problems["newer" if kind in NEWER else "unreadable"] += 1
        now = shared(ada)
        assert {name: now[name] for name in problems} == problems, f"{kind}: {now}"
        assert now["records"] > records, f"{kind}: the record itself is not kept: {now['records']} of {records}"
    told = " ".join(ada.duolog("status").text.split())
    assert f", {len(UNREADABLE)} cannot be read, {len(NEWER)} from a newer Duolog" in told, told
    listed = " ".join(ada.duolog("list").text.split())
    assert listed.count("an entry that cannot be read here; it is kept as it came") == len(UNREADABLE), listed
    assert listed.count("something from a newer Duolog; it is kept, and an update shows it") == len(NEWER), listed
    ada.restart()
    now = shared(ada)
    assert {name: now[name] for name in problems} == problems, f"after a restart: {now}"
    ada.write("an answer", secret=False)
    eventually("and the liar's own device goes on", lambda: "an answer" in bo.texts(), 40)
