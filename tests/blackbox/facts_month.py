"""A month of two people: the days pass, they write and answer, travel, are apart, and meet again."""
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime
import re

import wrong_clock
from facts_practices import arrives, does, latest, round_of, stands, whole
from house import eventually, fact, waits
from wrong_clock import WrongClock


class Month:
    """Two homes whose clocks somebody holds; `day` moves them on, and both have noticed when it returns."""

    def __init__(self, house, begins):
        self.house, self.clock = house, WrongClock(house)
        self.clock.show(begins)
        self.people = [house.person(name, via=self.clock.via, asan=wrong_clock.ASAN) for name in ("Ada", "Bo")]
        for someone in self.people:
            someone.environment.update(self.clock.environment)
            someone.start()
            someone.init()
        house.pair(*self.people)

    def day(self, civil, date=None):
        """`date`: of the calendar the two share, where it is another one than that of the clock."""
        self.clock.show(civil)
        for someone in self.people:
            if someone.daemon:
                eventually(f"{someone.name} lives on {civil}", lambda who=someone: who.duolog(
                    "today", "--json").object["date"] == (date or civil[:10]))

    def page(self, someone):
        return someone.duolog().text


@waits
@fact
def days_and_weeks_of_two_people_pass_as_they_would_tell_them(house):
    month = Month(house, "2027-03-08T19:00")
    ada, bo = month.people
    ada.write("the first tomatoes are red")
    bo.write("I have eaten two of them")
    eventually("they read each other", lambda: "tomatoes" in month.page(bo) and "two of them" in month.page(ada))
    assert "together this week" in month.page(ada)

    # What is due says so on its day, and no sooner.
    month.day("2027-03-09T20:00")
    promise = does(ada, "promise", promise="I call the landlord about the tap", by="saturday")
    plan = does(ada, "plan", kind="phone-free", what="the long way round the lake", start="saturday 15:00", until="17:00")
    arrives(bo, promise)
    arrives(bo, plan)
    shown = bo.duolog("show", plan["id"][:8]).text
    assert "without telephones" in shown and "phone-free" not in shown, shown
    bo.duolog("reply", plan["id"][:8], "--as", "accept", "--yes")
    stands(ada, plan, "accept")
    assert "on yours: 'the long way round the lake'" in month.page(ada)
    assert "by 13 mar" in month.page(ada) and "sat 13 mar 15:00" in month.page(ada), month.page(ada)
    assert ada.duolog("today", "--line").text == "check-in · question\n"
    month.day("2027-03-13T14:00")
    assert "by today" in month.page(ada) and "today 15:00" in month.page(ada), month.page(ada)
    assert ada.duolog("today", "--line").text == "check-in · question · promise · plan\n"
    ada.duolog("reply", promise["id"][:8], "--as", "kept", "--yes")
    ada.duolog("reply", plan["id"][:8], "--as", "done", "we saw the herons")
    stands(bo, plan, "done")
    shown = bo.duolog("show", plan["id"][:8]).text
    assert "Ada says that it took place" in shown and "--as accept" not in shown, shown

    # A new week is nobody's gap on its first morning; a week in which nobody wrote is told without a word about it.
    month.day("2027-03-15T08:00")
    assert "together last week" in month.page(ada), month.page(ada)
    month.day("2027-03-31T08:00")
    assert "together in 1 of the last 3 weeks" in month.page(ada), month.page(ada)


@waits
@fact
def what_was_answered_before_the_day_and_the_week_turned_opens_after_a_journey(house):
    month = Month(house, "2027-03-20T18:00")
    ada, bo = month.people
    ada.stop()
    bo_asked = bo.duolog("question", "--json").object["form"][0]["question"]
    does(bo, "checkin", connection=8, highlight="the quiet on saturday")
    month.day("2027-03-21T02:30", "2027-03-20")  # the day turns at four
    does(bo, "question", answer="asleep already, nearly")
    month.day("2027-03-22T10:00")
    ada.start()
    eventually("it came", lambda: round_of(ada, "checkin") and "has answered" in month.page(ada))
    shown = month.page(ada)
    command = re.search(r"→ duolog (checkin --period \S+)", shown)
    assert command and command[1].endswith("2027-W11"), shown
    # The question of the day before yesterday has faded; nobody counts it.
    assert bo_asked not in shown, shown
    ada.duolog(*command[1].split(), "--set", "connection=6")
    eventually("both read it", lambda: "the quiet on saturday" in ada.duolog("answers", "checkin").text)
    rounds = {one["period"]: one for one in bo.json("answers", "checkin")}
    assert rounds["2027-W11"]["mine_in"] and not rounds["2027-W12"]["mine_in"], rounds


@waits
@fact
def a_question_that_the_other_answered_last_night_waits_for_one_more_day(house):
    month = Month(house, "2027-03-09T21:00")
    ada, bo = month.people
    asked = bo.duolog("question", "--json").object["form"][0]["question"]
    does(bo, "question", answer="the smell of the sugar factory")
    eventually("Ada knows", lambda: round_of(ada, "question")["theirs_in"])
    month.day("2027-03-10T07:00")
    shown = month.page(ada)
    command = re.search(r"→ duolog (question --period 2027-03-09)", shown)
    assert command and asked in " ".join(shown.split()), shown
    ada.duolog(*command[1].split(), "the herons by the weir")
    eventually("both read it", lambda: "herons" in bo.duolog("answers", "question").text)
    month.day("2027-03-11T07:00")
    assert "--period" not in month.page(ada) and "--period" not in month.page(bo)


@waits
@fact
def from_the_first_day_on_no_question_comes_back_however_deep_they_go(house):
    month = Month(house, "2026-11-29T12:00")
    asked = {}
    for number in range(75):
        day = datetime.date(2026, 11, 29) + datetime.timedelta(days=number)
        month.clock.show(f"{day}T12:00")
        periods = {someone.duolog("question", "--json").object["period"] for someone in month.people}
        assert len(periods) == 1, periods
        date, question = periods.pop().split(".")
        assert date == str(day) and question not in asked, f"{question} of {asked.get(question)} again on {day}"
        asked[question] = day
        for since, depth in ((20, 3), (40, 1)):
            if number == since:
                for someone in month.people:
                    someone.duolog("config", "depth", depth)
                for someone in month.people:
                    eventually("both have heard of it", lambda who=someone, agreed=depth: who.json("config")[0]
                               ["agreements"][0]["their_depth"] == agreed)
    assert {question[0] for question in asked} == set("abc")


@waits
@fact
def a_letter_written_in_winter_opens_on_its_day_in_summer_time_and_at_its_hour(house):
    month = Month(house, "2027-03-12T18:00")
    ada, bo = month.people
    words = "for easter, my dear, from the kitchen"
    house.secrets.text(words, "a letter")
    saved = ada.duolog("write", "--open-on", "2027-04-03", words)
    assert "sealed until 2027-04-03 " in saved.text, saved.text
    hour = "for the evening of the exam, at the station"
    house.secrets.text(hour, "a letter")
    assert "sealed until 2027-03-20 18:30" in ada.duolog("write", "--open-on", "2027-03-20T18:30", hour).text
    eventually("Bo knows of both", lambda: bo.duolog("letters").text.count("a letter to you") == 2)
    month.day("2027-03-20T18:00")
    assert "opens 2027-03-20 18:30" in ada.duolog("letters").text
    assert "sealed until saturday 20 march 2027, 18:30" in bo.duolog("letters").text
    month.day("2027-04-02T23:00")
    assert words not in bo.duolog("letters").text and "opens 2027-04-03" in bo.duolog("letters").text
    month.day("2027-04-03T08:00")
    for someone in (ada, bo):
        someone.restart()
    eventually("both are open", lambda: words in bo.duolog("letters").text and hour in bo.duolog("letters").text)


@waits
@fact
def over_the_change_of_the_clocks_and_an_ocean_both_have_one_date(house):
    month = Month(house, "2027-03-28T01:30")
    ada, bo = month.people
    ada.write("before the hour is skipped")
    bo.stop()
    bo.environment["TZ"] = "America/New_York"
    bo.start()
    month.day("2027-03-28T03:30", "2027-03-27")
    ada.write("after the hour was skipped")
    saved = bo.write("from the other side of the ocean")
    arrives(ada, saved)
    assert ada.texts()[-3:] == bo.texts()[-3:]
    assert [item["written_at"][11:16] for item in ada.list()][-3:] == ["01:30", "03:30", "21:30"]
    asked = [someone.duolog("question", "--json").object for someone in (ada, bo)]
    assert asked[0]["period"] == asked[1]["period"] and asked[0]["period"].startswith("2027-03-27."), asked
    assert latest(ada, "question") is None and whole(ada, saved)["written_at"].endswith("-04:00")
