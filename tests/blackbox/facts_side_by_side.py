"""Two devices of one person change the same thing while neither can hear the other: both are kept, alike in three homes."""
# SPDX-License-Identifier: GPL-3.0-or-later
from house import eventually, fact


def shown(someone, entry):
    return someone.duolog("show", entry, "--json").object


def alike(people, entry, question):
    """Once all of them show it so: what the first shows of its versions, which all the others show too."""
    for someone in people:
        eventually(f"{someone.name} shows it so", lambda who=someone: who.run("sync") and question(shown(who, entry)), 60)
    views = [[(version["id"], version["text"], version["written_at"]) for version in shown(someone, entry)["versions"]]
             for someone in people]
    assert all(view == views[0] for view in views), views
    return views[0]


def alone(someone, *others):
    """So that nobody can hear what is written here."""
    for other in others:
        if other.daemon:
            other.stop()
    if not someone.daemon:
        someone.start()


@fact
def what_a_laptop_and_a_phone_edit_apart_is_one_conflict_that_three_homes_show_alike(house):
    ada, bo = house.two()
    phone = house.second(ada, "Phone")
    people = (ada, phone, bo)
    entry = ada.write("we walked to the lake and back")["id"]
    alike(people, entry, lambda item: item["text"] == "we walked to the lake and back")
    edits = {ada: "we walked to the lake, says the laptop", phone: "we walked to the lake, says the phone"}
    for device, text in edits.items():
        house.secrets.text(text, "an edit")
        alone(device, *(other for other in people if other is not device))
        device.duolog("edit", entry[:8], text)
        assert shown(device, entry)["versions"] == [], "alone it is no conflict"
    for someone in people:
        if not someone.daemon:
            someone.start()
    both = alike(people, entry, lambda item: len(item["versions"]) == 2)
    assert sorted(text for _, text, _ in both) == sorted(edits.values())
    for someone in people:
        assert len([item for item in someone.list() if item["id"] == entry]) == len(someone.list()) == 1
        for text in edits.values():
            assert text in someone.duolog("show", entry[:8]).text.replace("\n", " ").replace("  ", " "), someone.name
    house.secrets.text("we walked to the lake, say both", "an edit")
    phone.duolog("edit", entry[:8], "we walked to the lake, say both")
    assert alike(people, entry, lambda item: item["text"] == "we walked to the lake, say both") == []
    for someone in people:
        history = someone.duolog("history", entry[:8], "--json").object["versions"]
        assert {*edits.values(), "we walked to the lake and back"} < {version["text"] for version in history}


@fact
def what_one_device_takes_back_while_the_other_edits_it_is_shown_alike_in_three_homes(house):
    ada, bo = house.two()
    phone = house.second(ada, "Phone")
    people = (ada, phone, bo)
    entry = ada.write("said in anger on the laptop")["id"]
    alike(people, entry, lambda item: item["text"] == "said in anger on the laptop")
    house.secrets.text("said more kindly on the phone", "an edit")
    alone(phone, ada, bo)
    phone.duolog("edit", entry[:8], "said more kindly on the phone")
    alone(ada, phone, bo)
    ada.duolog("delete", entry[:8], "--yes")
    for someone in (phone, bo):
        someone.start()
    alike(people, entry, lambda item: item["text"] == "said more kindly on the phone")  # what was not known is not taken back
    for someone in people:
        assert "said in anger" not in someone.duolog("history", entry[:8]).text, "and what was is gone everywhere"
