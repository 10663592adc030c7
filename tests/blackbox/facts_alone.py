"""One person alone: every practice is for them, too, and whatever it leaves open they can close."""
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime
import re

from facts_practices import RANKED
from house import fact
from person import today

TOMORROW = (today() + datetime.timedelta(days=1)).isoformat()
# Of each practice: an answer.
ANSWERS = {
    "question": ["answer=the kitchen at six, still dark"],
    "reflect": ["thought=the heating came back, and so did I"],
    "mood": ["mood=4", "word=rested"],
    "checkin": ["connection=6", "highlight=the heron on the weir"],
    "appreciate": [f"appreciations=you {what}" for what in ("peeled the oranges", "sang in the car", "waited up")],
    "prompt": ["question=which song was on when you learned to drive?"],
    "languages": [f"receive={RANKED}", f"give={RANKED}"],
    "closeness": ["safe=6", "trust=7", "understood=5"],
    "gesture": ["gesture=somebody held the door for a very long time"],
    "need": ["when=the guests stayed until one", "feel=worn out", "need=an hour to count on", "would_you=say so next time"],
    "promise": ["promise=I call the landlord about the tap", f"by={TOMORROW}"],
    "repair": [f"{field}=what was said at supper: {field}" for field in ("what_happened", "my_part", "sorry", "will_do")],
    "plan": ["kind=quiet", "what=reading in the window", f"start={TOMORROW} 18:00"],
    "talk": ["about=the summer and your mother", "when=this-week"],
}


@fact
def every_practice_goes_alone_speaks_of_nobody_else_and_leaves_a_clean_page(house):
    ada = house.resident("Ada")
    assert {practice["id"] for practice in ada.json("practices")} == set(ANSWERS)
    saved = {}
    for practice, settings in ANSWERS.items():
        for setting in settings:
            if len(setting) > 30:
                house.secrets.text(setting.split("=", 1)[1], "an answer")
        said = ada.duolog(practice, *(word for setting in settings for word in ("--set", setting))).text
        assert said.startswith("saved · private · "), said
        assert not re.search(r"\b(other|both|each of you|you two|two of you)\b", said), f"{practice}: {said}"
        saved[practice] = ada.json("list", "--kind", "answer")[-1]["id"][:8]
    page = ada.duolog().text
    assert "I call the landlord" in page and "reading in the window" in page, page
    for waits_for_somebody in ("answered yet", "would like to talk", "between you", "the question of the day"):
        assert waits_for_somebody not in page, page
    ada.duolog("reply", saved["promise"], "--as", "kept", "--yes")
    ada.duolog("reply", saved["plan"], "--as", "done", "--yes")
    assert "nothing new, and nothing waits" in ada.duolog().text, ada.duolog().text
    assert ada.duolog("today", "--line").text == "\n", ada.duolog("today", "--line").text

    # Who finds somebody later is not told any more that they wanted to talk.
    bo = house.resident("Bo")
    house.pair(ada, bo)
    assert "would like to talk" not in ada.duolog().text + bo.duolog().text
