"""What is said where something was mistyped: what it was, what is safe, and what can be typed instead."""
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime

from house import fact
from person import FAILED, NOT_FOUND, USAGE, today


def tomorrow():
    return today() + datetime.timedelta(days=1)


@fact
def a_way_of_showing_care_that_there_is_not_is_told_with_those_there_are(house):
    ada, _bo = house.two()
    told = ada.run("languages", "--ideas", "foo")
    assert told.code == USAGE and "called foo" in told.said and "words, time, help, gifts, touch" in told.said, told.said
    assert ada.run("languages", "--ideas", "words", "time").code == USAGE


@fact
def an_unknown_zone_is_told_with_how_one_is_called(house):
    ada, _bo = house.two()
    told = ada.run("config", "calendar", "--zone", "Viena")
    assert told.code == USAGE and "no time zone called Viena" in told.said and "Europe/Vienna" in told.said, told.said
    assert "list-timezones" in " ".join(told.said.split()), told.said
    nothing = ada.run("config", "calendar", "--agree")
    assert nothing.code == NOT_FOUND and "proposes no calendar" in nothing.said, nothing.said


@fact
def a_pause_does_not_end_before_it_begins(house):
    ada, _bo = house.two()
    for past in ("yesterday", "2020-01-01"):
        told = ada.run("pause", "--until", past)
        assert told.code == USAGE and f"{past} is over" in told.said and "nothing was changed" in told.said, told.said
    for other in ("soon", "2026-13-01", "2026-12-01T10:00"):
        told = ada.run("pause", "--until", other)
        assert told.code == USAGE and "not a day" in told.said, told.said
    assert "no pause" in ada.duolog("config").text
    days = [tomorrow(), ada.duolog("pause", "--until", "tomorrow").text, tomorrow()]  # a midnight may lie between them
    assert any(f"paused until {day.day} " in days[1] for day in (days[0], days[2])), days


@fact
def a_letter_opens_on_a_day_that_lies_ahead(house):
    ada, bo = house.two()
    for past in ("2020-12-01", "yesterday", "today"):
        told = ada.refused("TOO_EARLY", "write", "--open-on", past, "too late", expect=USAGE)
        assert b"--open-on tomorrow" in told.err, told.said
    told = ada.refused("BAD_DATE", "write", "--open-on", "soon", "too late", expect=USAGE)
    assert b"lies ahead" in told.err and b"or yesterday" not in told.err, told.said
    words = "for tomorrow morning, on the stairs"
    house.secrets.text(words, "a letter")
    days = [tomorrow(), ada.duolog("write", "--open-on", "tomorrow", words).text, tomorrow()]
    assert any(f"sealed until {day}" in days[1] for day in (days[0], days[2])), days
    assert "for tomorrow" not in bo.duolog("letters").text


@fact
def a_round_that_nobody_waits_for_cannot_be_left_out(house):
    ada, _bo = house.two()
    told = ada.run("do", "reflect", "--skip")
    assert told.code in (FAILED, USAGE) and "nobody waits for an answer to it" in told.said, told.said


@fact
def trends_of_what_has_no_numbers_are_told_so(house):
    ada = house.resident("Ada")
    assert ada.run("trends", "nonsense").code == NOT_FOUND
    told = ada.run("trends", "need")
    assert told.code == USAGE and "asks for no number" in told.said, told.said
    assert "no numbers yet" in ada.duolog("trends", "closeness").text
