"""A random schedule: whatever happens between two answers, no daemon's memory, home or door holds words that are sealed from
its person. DUOLOG_SEED chooses the schedule; at night each is a new one."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import random

import canary
from house import NIGHTLY, Skipped, eventually, fact, waits

SEED = int(os.environ.get("DUOLOG_SEED") or (random.SystemRandom().randrange(1 << 31) if NIGHTLY else 1))
ROUNDS_TOLD = 80 if NIGHTLY else 4
# Of each practice that is sealed until both: a field that holds words, and what else it wants.
ROUNDS = {
    "checkin": ("highlight", ["connection=7"]),
    "question": ("answer", []),
    "closeness": ("note", ["safe=7", "trust=8", "understood=9"]),
}
OWN = """id = "{0}"
title = "A walk"
why = "Because."
rhythm = "weekly"
sharing = "sealed until both"

[[fields]]
id = "where"
kind = "text"
question = "Where to?"
"""


def round_of(person, practice):
    return person.duolog("answers", practice, "-n", "1", "--json").objects[0]


def answers(person, practice, words):
    """Words that are in no file and no packet, as the house looks after every fact."""
    person.house.secrets.text(words, "an answer")
    field, more = ROUNDS.get(practice, ("where", []))
    settings = [word for setting in [*more, f"{field}={words}"] for word in ("--set", setting)]
    verb = [practice] if practice in ROUNDS else ["do", practice]
    return person.duolog(*verb, "--json", *settings).object


def spoken(person):
    return "".join(person.duolog(*command).text for command in (
        ["answers", "--json"], ["list", "--json", "-n", "1000"], ["letters", "--json"], ["today", "--json"], [], ["trends"]))


class Schedule:
    def __init__(self, house):
        self.dice = random.Random(SEED)
        self.people = house.two()
        self.house, self.count, self.looks = house, 0, 0
        self.sealed = {person.name: [] for person in self.people}  # from whom

    def words(self, what):
        self.count += 1
        return f"{what} number {self.count} of this schedule, told to nobody yet"

    def look_everywhere(self, when):
        """At nobody who has not answered yet is there a word of it."""
        for person in self.people:
            needles = [words.encode() for words in self.sealed[person.name]]
            if not needles or not person.daemon:
                continue
            found = canary.in_memory(person.daemon.pid, needles)
            if found is None:
                raise Skipped("this user may not look into the daemon's memory")
            assert not found, f"seed {SEED}, {when}: {found} in the memory of {person.name}'s daemon"
            self.looks += 1
            said = spoken(person).encode()
            assert not [words for words in needles if words in said], f"{when}: {person.name} is told {said}"
            files = canary.Secrets()
            for words in needles:
                files.text(words, "sealed words")
            found = canary.in_files(files, person.folder)
            assert not found, f"seed {SEED}, {when}: {found}"

    def practice_of_their_own(self):
        """So that there is a round nobody has answered."""
        self.count += 1
        practice = f"walk{self.count}"
        place = self.house.folder / f"{practice}.toml"
        place.write_text(OWN.format(practice))
        one, other = self.dice.sample(self.people, 2)
        one.duolog("practices", "import", place)
        eventually("both have it", lambda: practice in other.duolog("practices").text, 60)
        return practice

    def letter(self, writer, reader):
        words = self.words("a letter")
        self.house.secrets.text(words, "a letter")
        writer.duolog("write", "--json", "--open-on", "2099-12-01", words)
        self.sealed[reader.name].append(words)

    def something_happens(self, practice, writer, reader):
        what = self.dice.choice(("again", "letter", "restart", "kill", "leave", "write", "look", "sync"))
        who = self.dice.choice(self.people)
        if what == "again":
            words = self.words("a second thought")
            answers(writer, practice, words)
            self.sealed[reader.name].append(words)
        elif what == "letter":
            self.letter(writer, reader)
        elif what == "restart":
            who.restart()
        elif what == "kill":
            who.kill()
            who.start()
        elif what == "leave":  # the other goes on alone for a while
            who.stop()
            self.look_everywhere(f"{who.name} is away")
            who.start()
        elif what == "write":
            who.write(self.words("an entry"))
        elif what == "sync":
            who.run("sync")
        return what

    def round(self, practice):
        writer, reader = self.dice.sample(self.people, 2)
        apart = self.dice.random() < 0.4
        if apart:
            reader.stop()
        first = self.words("an answer")
        answers(writer, practice, first)
        sealed = self.sealed[reader.name]
        before = len(sealed)
        sealed.append(first)
        if apart:
            reader.start()
        self.look_everywhere(f"{practice} was answered")
        for _step in range(self.dice.randint(1, 3)):
            what = self.something_happens(practice, writer, reader)
            self.look_everywhere(f"{practice}, {what}")
        eventually(f"{reader.name} knows of it", lambda: round_of(reader, practice)["theirs_in"], 60)
        self.look_everywhere(f"{practice} has come")
        answers(reader, practice, self.words("an answer"))
        opened = [words for words in sealed[before:] if not words.startswith("a letter")]
        sealed[:] = [words for words in sealed if words not in opened]
        eventually("it is open", lambda: all(words in spoken(reader) for words in opened), 60)
        found = canary.in_memory(reader.daemon.pid, [words.encode() for words in opened])
        assert len(found) == len(opened), f"what can be read is not found in memory, so this search finds nothing: {found}"
        self.look_everywhere(f"{practice} is open")


@waits
@fact
def in_no_schedule_does_a_daemon_hold_words_that_are_sealed_from_its_person(house):
    print(f"DUOLOG_SEED={SEED}", flush=True)
    schedule = Schedule(house)
    practices = list(ROUNDS)
    schedule.dice.shuffle(practices)
    schedule.letter(*schedule.people)
    for number in range(ROUNDS_TOLD):
        own = number % 2 == 1 or not practices
        schedule.round(schedule.practice_of_their_own() if own else practices.pop())
    print(f"seed {SEED}: looked {schedule.looks} times")
    assert schedule.looks >= 4 * ROUNDS_TOLD
