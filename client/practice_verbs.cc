// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/practice_verbs.h"

#include <algorithm>
#include <array>

namespace duolog::client {
namespace {

constexpr std::array kVerbs = {
    PracticeVerb{"question", "the question of the day, the same for both of you",
                 "  answer       yours; sealed until both are in\n",
                 "  duolog question                     shows it, and asks\n"
                 "  duolog question the kitchen at six, still dark\n"
                 "  duolog question --skip              nothing counts what was left out\n"
                 "  duolog question --set answer=- < answer.txt\n",
                 "answer", "--skip"},
    PracticeVerb{"reflect", "a thought, a feeling, something you noticed today",
                 "  thought      each may be left out; one of them is enough\n"
                 "  feeling\n"
                 "  observation\n",
                 "  duolog reflect\n  duolog reflect --set feeling='lighter since noon'\n", "thought"},
    PracticeVerb{"mood", "how you are: a number, a word, perhaps a line",
                 "  mood         1 (heavy) to 5 (light)\n"
                 "  word         one word for it\n"
                 "  line         where it comes from (may be left out)\n",
                 "  duolog mood\n  duolog mood 4 tired a long day, and a good one\n", "mood word line"},
    PracticeVerb{"checkin", "this week's check-in",
                 "  connection   1 to 10: how close you felt to each other\n"
                 "  highlight    what brought you close (may be left out, as those that follow)\n"
                 "  distance     where you felt far from each other\n"
                 "  wish         one small wish for the week to come\n"
                 "  unsaid       what you have not found the moment to say\n",
                 "  duolog checkin                      asks field by field\n"
                 "  duolog checkin --set connection=7 --set wish='an evening without telephones'\n",
                 "connection"},
    PracticeVerb{"appreciate", "three particular things you like about the other, in turns",
                 "  appreciations  at least three; --set once for each\n",
                 "  duolog appreciate\n"
                 "  duolog appreciate 'you waited up' 'you peeled the oranges' 'you sang'\n"
                 "  duolog appreciate --pass            gives the turn to the other\n",
                 "appreciations", "--pass"},
    PracticeVerb{"prompt", "leave the other a question: this week's, or your own", "  question     the question\n",
                 "  duolog prompt                       shows the one that is offered this week\n"
                 "  duolog prompt which song was on when you learned to drive?\n",
                 "question"},
    PracticeVerb{"languages", "ways of showing care: what you like to receive, what you tend to give",
                 "  receive      all five, the dearest first: words, time, help, gifts, touch\n"
                 "  give         all five, the most frequent first\n",
                 "  duolog languages\n"
                 "  duolog languages --ideas            small things to do\n"
                 "  duolog languages --ideas touch\n"},
    PracticeVerb{"closeness", "a look at closeness, four times a year",
                 "  safe         1 to 10: how safe it is to say what is on your mind\n"
                 "  trust        1 to 10: how sure you are of the other's support\n"
                 "  understood   1 to 10: how well understood you feel\n"
                 "  note         a moment behind one of them (may be left out)\n",
                 "  duolog closeness\n  duolog closeness 8 9 7\n", "safe trust understood note"},
    PracticeVerb{"gesture", "something kind the other did, noted",
                 "  gesture      what it was\n"
                 "  language     words, time, help, gifts or touch (may be left out)\n",
                 "  duolog gesture you waited up for me\n", "gesture"},
    PracticeVerb{
        "need", "say what you need: when … I feel … I need … would you …",
        "  when         one occasion, told as it went\n"
        "  feel         a plain word or two\n"
        "  need         what was missing\n"
        "  would_you    what you ask\n",
        "  duolog need\n  duolog reply 3fa9                   answers one: yes, a limit, something in between\n"},
    PracticeVerb{"promise", "a promise: made, and later kept or owned",
                 "  promise      what\n"
                 "  by           by which day (may be left out)\n",
                 "  duolog promise I call the landlord\n"
                 "  duolog promise I call the landlord --set by=2026-11-30\n"
                 "  duolog reply 3fa9 --as kept         it was kept; --as owned where it was not\n",
                 "promise"},
    PracticeVerb{"repair", "after a quarrel: what happened, my part, what I am sorry for, what I will do",
                 "  what_happened\n  my_part\n  sorry\n  will_do\n",
                 "  duolog repair\n"
                 "  duolog repair --pass                not now; gives the turn to the other\n"
                 "  duolog guide safety                 when you are afraid of the other\n",
                 "", "--pass"},
    PracticeVerb{"plan", "time together: a plan that the other accepts, changes or declines",
                 "  kind         activity, conversation, quiet or phone-free\n"
                 "  what         what it shall be\n"
                 "  start        2026-11-30 18:00\n"
                 "  until        21:00 (may be left out)\n",
                 "  duolog plan\n"
                 "  duolog plan --set kind=activity --set what='the long way round' --set start='2027-05-02 15:00'\n"
                 "  duolog reply 3fa9 --as accept\n"},
    PracticeVerb{"talk", "\"I'd like to talk\": a flag that only an answer takes down",
                 "  about        what it is about (may be left out)\n"
                 "  when         today, this-week or no-hurry\n",
                 "  duolog talk\n"
                 "  duolog talk about the summer --set when=this-week\n"
                 "  duolog reply 3fa9 tomorrow after the dishes\n",
                 "about"},
};

}  // namespace

std::span<const PracticeVerb> practice_verbs() { return kVerbs; }

const PracticeVerb* find_practice_verb(std::string_view id) {
  const auto* found = std::ranges::find(kVerbs, id, [](const PracticeVerb& verb) { return std::string_view(verb.id); });
  return found == kVerbs.end() ? nullptr : &*found;
}

}  // namespace duolog::client
