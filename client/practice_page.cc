// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/practice_page.h"

namespace duolog::client {

const char* const kPracticePage =
    R"~(# A practice of your own. Lines that begin with # are notes and may go. When you save and leave the editor, it is
# looked through; then it is kept, and the other person gets it, too. Leave without a change, and nothing happens.

# Its name for the command line: small letters, digits, - and _. It stays; all other words may change later.
id = "sunday-walk"
title = "Sunday walk"
why = """\
What it is good for, in a sentence or two."""

# daily, weekly, monthly, quarterly, when needed
rhythm = "weekly"
# sealed until both (neither reads before both have answered), open, in turns, private
sharing = "sealed until both"

# before = "Said before the first question."
# afterwards = "Said when it is saved."

# What it asks, one [[fields]] for each question.
[[fields]]
id = "seen"
kind = "text"
question = "What did you see that the other may have missed?"

[[fields]]
id = "pace"
kind = "scale"
question = "How was the pace?"
low = 1
high = 5
low_means = "too slow"
high_means = "too fast"
optional = true
# trend = "pace of our walks"     # drawn over time by duolog trends

# [[fields]]
# id = "next"
# kind = "choice"
# question = "Where to next time?"
# choices = ["the lake", "the hill", "wherever the bus goes"]
# optional = true

# [[fields]]
# id = "date"
# kind = "day"                     # or "time": friday, tomorrow 18:30, 2026-12-24
# question = "When do we go again?"
# optional = true

# [[fields]]
# id = "finds"
# kind = "list"
# question = "What did you bring home?"
# at_least = 1
)~";

}  // namespace duolog::client
