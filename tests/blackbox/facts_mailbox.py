"""A mailbox: two who are never online together leave each other what they have written, on a machine that reads none of it."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import socket
import time

from box import Mailbox, mailbox_of, use, visited
from disks import Small
from facts_attachments import file_of, saved_bytes
from facts_bundles import alone, apart, delivery
from facts_clone import a_machine_copied_whole
from house import at_night, eventually, fact, needs
from person import DONE, FAILED, USAGE


def apart_with_a_mailbox(house, *options):
    """Ada and Bo, paired; each has added the link; from now on never there at the same time."""
    ada, bo = apart(house)
    box = Mailbox(house, *options)
    link = box.link()
    for someone in (ada, bo):
        with alone(someone):
            use(someone, link)
    return ada, bo, box


def attached_to(someone, text, house):
    """The bytes of what goes with it, once all of them are here."""
    for item in someone.list():
        if item["text"] == text and all(file["held"] == file["size"] for file in item["attachments"]):
            return saved_bytes(someone, item["id"], 1, house)
    return None


@fact
def two_who_are_never_online_together_get_each_others_words(house):
    ada, bo, box = apart_with_a_mailbox(house)
    photo = file_of(house, "lake.jpg", 700_000)
    with box:
        with alone(ada):
            ada.write("left in the box for you")
            ada.write("with a picture of the lake", "--attach", photo)
            eventually("it is in the mailbox", lambda: delivery(ada, "left in the box for you")["state"] == "mailbox", 40)
            eventually("and the picture's words", lambda: delivery(ada, "with a picture of the lake")["state"] == "mailbox", 40)
            assert delivery(ada, "left in the box for you")["at"]
            assert "in the mailbox since" in " ".join(ada.duolog("status").text.split())
            first = next(item["id"] for item in ada.list() if item["text"] == "left in the box for you")
            assert "in the mailbox since" in ada.duolog("show", first).text
        with alone(bo):
            eventually("Bo has it", lambda: "left in the box for you" in bo.texts(), 40)
            assert mailbox_of(bo)["read"]
            eventually("and the picture", lambda: attached_to(bo, "with a picture of the lake", house) == photo.read_bytes(), 40)
            bo.write("and one back for you")
            eventually("it is there", lambda: delivery(bo, "and one back for you")["state"] == "mailbox", 40)
        with alone(ada):
            eventually("Ada has it", lambda: "and one back for you" in ada.texts(), 40)
            eventually("and knows that hers arrived",
                       lambda: delivery(ada, "left in the box for you")["state"] == "delivered")
        box.look_for_leaks()
    box.look_for_leaks()


@fact
def nothing_is_left_there_twice_and_what_was_evicted_is_left_anew(house):
    ada, bo, box = apart_with_a_mailbox(house)
    with box:
        with alone(ada):
            for page in range(3):
                ada.write(f"page {page} of a long book")
                visited(ada)
            lying = box.bundles()
            sizes = [file.stat().st_size for file in lying]
            visited(ada)
            visited(ada)
            assert box.bundles() == lying, "the same words lie there once"
            assert max(sizes) < 3 * min(sizes), f"each holds what is new alone: {sizes}"
        box.stop()
        for file in lying[1:]:
            file.unlink()
        box.start()
        with alone(ada):
            visited(ada)
            visited(ada)
            assert len(box.bundles()) == 2, "what is gone was brought again, in one"
            assert all(delivery(ada, f"page {page} of a long book")["state"] == "mailbox" for page in range(3))
        with alone(bo):
            eventually("Bo has all", lambda: {f"page {page} of a long book" for page in range(3)} <= set(bo.texts()), 40)


@fact
def three_devices_get_it_by_one_mailbox(house):
    ada, bo = house.two()
    phone = house.second(ada, "Phone")
    eventually("Bo knows the phone", lambda: any(peer["device"] == "phone" for peer in bo.status()["peers"]))
    eventually("all hold the same", lambda: all(who.run("sync", "--wait", "--timeout", "2").code == DONE
                                                for who in (ada, bo, phone)), 40)
    for someone in (ada, bo, phone):
        someone.stop()
    box = Mailbox(house)
    link = box.link()
    with box:
        for someone, text in ((ada, "from the laptop, left there"), (phone, "from the phone, left there"),
                              (bo, "from Bo, left there")):
            with alone(someone):
                use(someone, link, "-j", "Bo" if someone is not bo else "Ada")
                someone.write(text)
                eventually("it lies there", lambda who=someone, what=text: delivery(who, what)["state"] == "mailbox", 40)
        for someone in (ada, phone, bo):
            with alone(someone):
                visited(someone)
                eventually(f"{someone.name} has all three", lambda who=someone: {
                    "from the laptop, left there", "from the phone, left there", "from Bo, left there"} <= set(who.texts()), 40)
        box.look_for_leaks()


@fact
def the_notebook_goes_to_ones_other_device_by_a_mailbox(house):
    ada = house.resident("Ada")
    phone = house.second(ada, "Phone")
    eventually("both hold the same", lambda: ada.run("sync", "--wait", "--timeout", "2").code == DONE)
    phone.stop()
    with Mailbox(house) as box:
        link = box.link()
        use(ada, link, "-j", "notebook")
        ada.write("a word for myself alone")
        eventually("it lies there", lambda: len(box.bundles()) == 1, 40)
        ada.stop()
        with alone(phone):
            use(phone, link, "-j", "notebook")
            eventually("it is on the phone", lambda: "a word for myself alone" in phone.texts(), 40)
        with alone(ada):
            lost = next(device for device in ada.json("device", "list") if not device["self"])
            removed = ada.duolog("device", "remove", lost["id"], "--yes", "--json").object
            assert removed["mailboxes"] == [mailbox_of(ada)["addresses"][0]], "it has the link, and its person is told"
        box.look_for_leaks()


@at_night
@fact
def a_file_that_is_longer_than_a_visit_comes_in_several(house):
    ada, bo, box = apart_with_a_mailbox(house)
    film = file_of(house, "film.mp4", 80 << 20)
    with box:
        with alone(ada):
            ada.duolog("write", "--json", "--attach", film, "--", "a film of it", seconds=600)
            eventually("the first of it lies there", lambda: len(box.bundles()) >= 8, 200)
            with alone(bo):
                eventually("its entry is held", lambda: "a film of it" in bo.texts(), 200)
                bo.write("how lovely")  # which acknowledges it
                eventually("all of it came", lambda: attached_to(bo, "a film of it", house) == film.read_bytes(), 400)


@fact
def a_strangers_probe_of_a_mailbox_meets_silence(house):
    with Mailbox(house) as box:
        for probe in (b"", b"GET / HTTP/1.0\r\n\r\n", b"\x00\x30" + os.urandom(48), b"\x00\x10" + os.urandom(16), os.urandom(3000)):
            began = time.monotonic()
            with socket.create_connection(("127.0.0.1", box.port), timeout=30) as stranger:
                stranger.sendall(probe)
                heard = b"?"
                try:
                    heard = stranger.recv(100)
                except ConnectionResetError:
                    heard = b""
                assert heard == b"", heard
                assert time.monotonic() - began > 9, f"closed after {time.monotonic() - began} s for {probe[:10]}"
    assert box.said.read_text().count("\n") == 1, "strangers are not noted"


@fact
def a_new_link_shuts_the_old_one_out_and_the_reason_is_told(house):
    ada, bo, box = apart_with_a_mailbox(house)
    with box:
        with alone(ada):
            ada.write("before the link was a new one")
            visited(ada)
        new = box.link("--new")
        with alone(bo):
            eventually("Bo is not let in", lambda: mailbox_of(bo)["trouble"] == "silent", 60)
            assert "before the link was a new one" not in bo.texts()
            said = " ".join(bo.duolog("doctor").text.split())
            assert "nobody answers to this mailbox's link" in said, said
            assert "does not answer to this link" in " ".join(bo.duolog("status").text.split())
            use(bo, new)
            eventually("with the new one he is", lambda: "before the link was a new one" in bo.texts(), 40)
            assert "the mailbox at 127.0.0.1" in " ".join(bo.duolog("doctor").text.split())


@fact
def a_mailbox_that_is_away_is_told_and_used_once_it_is_there(house):
    ada, _, box = apart_with_a_mailbox(house)
    with alone(ada):
        ada.write("kept here meanwhile")
        eventually("it is told", lambda: mailbox_of(ada)["trouble"] == "refused", 40)
        assert "nobody listens at 127.0.0.1" in " ".join(ada.duolog("mailbox").text.split())
        assert mailbox_of(ada)["next_try"]
        assert delivery(ada, "kept here meanwhile")["state"] == "here"
        with box:
            ada.duolog("sync")
            eventually("it lies there", lambda: delivery(ada, "kept here meanwhile")["state"] == "mailbox", 40)
            assert not mailbox_of(ada)["trouble"]
        gone = ada.duolog("mailbox", "remove").text
        assert "stays until its time is over" in " ".join(gone.split()), gone
        assert delivery(ada, "kept here meanwhile")["state"] == "here"
        assert ada.json("mailbox")[0]["mailboxes"] == []
        ada.refused("NO_MAILBOX", "mailbox", "remove")


@fact
def a_link_is_taken_for_nothing_else_and_nothing_else_for_one(house):
    ada, bo = house.two()
    link = Mailbox(house).link()
    assert "duolog mailbox add" in ada.refused("MAILBOX_LINK", "pair", link, expect=USAGE).said
    ada.refused("NOT_A_MAILBOX_LINK", "mailbox", "add", link[:-1], expect=USAGE)
    with bo.invite() as window:
        ada.refused("NOT_A_MAILBOX_LINK", "mailbox", "add", window.link, expect=USAGE)
    assert ada.json("mailbox")[0]["mailboxes"] == []
    broken = f"{link[:60]}\n   {link[60:]}"
    assert ada.duolog("mailbox", "add", broken, "--json").object["mailboxes"][0]["journals"] == ["Bo"]


@fact
def no_kill_at_any_sync_or_rename_costs_a_bundle_that_was_accepted(house):
    needs("strace", "strace")
    ada, bo, box = apart_with_a_mailbox(house)
    accepted = []
    fired = 0
    with alone(ada):
        for call, most in (("fsync", 6), ("rename", 3)):
            for nth in range(1, most + 1):
                box.start(wrapper=["strace", "-f", "-o", "/dev/null", "-e", "signal=none", "-e", f"trace={call}", "-e",
                                   f"inject={call}:signal=KILL:when={nth}"], environment={"ASAN_OPTIONS": "detect_leaks=0"})
                text = f"written before kill {nth} at {call}"
                ada.write(text)
                ada.duolog("sync")
                eventually("it was killed or took it", lambda what=text: box.process.poll() is not None
                           or delivery(ada, what)["state"] == "mailbox", 40)
                if delivery(ada, text)["state"] == "mailbox":
                    accepted.append(text)
                fired += box.process.poll() is not None
                box.kill()
        assert fired >= 4, "the kills must have struck"
    with box:
        said = box.run("status").stdout
        assert "passed over" not in said, f"no half of a bundle is left: {said}"
        with alone(bo):
            visited(bo)
            assert set(accepted) <= set(bo.texts()), (accepted, bo.texts())
        with alone(ada):
            visited(ada)
        with alone(bo):
            eventually("everything is there in the end", lambda: len(bo.texts()) == 9, 40)


@fact
def a_full_disk_of_the_mailbox_is_told_and_loses_nothing(house):
    ada, bo = apart(house)
    disk = Small(house, "box", "3m")
    box = Mailbox(house, folder=disk.folder / "home")
    link = box.link()
    for someone in (ada, bo):
        with alone(someone):
            use(someone, link)
    with box:
        with alone(ada):
            ada.write("this one fits in it")
            visited(ada)
            lying = [file.read_bytes() for file in box.bundles()]
            assert len(lying) == 1
            for page in range(40):
                ada.write(f"page {page} " + "of a very long book " * 5000)
            ada.duolog("sync")
            eventually("it is told", lambda: mailbox_of(ada)["trouble"] == "full", 60)
            assert "its disk is full; what lies there is safe" in " ".join(ada.duolog("mailbox").text.split())
            assert [file.read_bytes() for file in box.bundles()][:1] == lying
        with alone(bo):
            eventually("Bo gets what fitted", lambda: "this one fits in it" in bo.texts(), 40)
        disk.becomes("size=64m")
        with alone(ada):
            visited(ada)
        with alone(bo):
            eventually("and the rest when there is room", lambda: len(bo.texts()) == 41, 60)


@fact
def more_than_a_bundle_holds_goes_in_several(house):
    ada, bo, box = apart_with_a_mailbox(house)
    photo = file_of(house, "panorama.jpg", 9_000_000)
    with box:
        with alone(ada):
            ada.write("a panorama of the lake", "--attach", photo)
            eventually("it lies there", lambda: delivery(ada, "a panorama of the lake")["state"] == "mailbox", 60)
            eventually("in several", lambda: len(box.bundles()) >= 2, 60)
            assert all(file.stat().st_size <= (8 << 20) + 100 for file in box.bundles())
        with alone(bo):
            eventually("all of it came", lambda: attached_to(bo, "a panorama of the lake", house) == photo.read_bytes(), 60)


@fact
def a_fork_travels_by_the_mailbox_too(house):
    ada, bo = house.two()
    ada.write("before there were two of it")
    eventually("Bo has it", lambda: "before there were two of it" in bo.texts())
    box = Mailbox(house)
    link = box.link()
    with box:
        for someone in (ada, bo):
            use(someone, link)
        bo.stop()
        one, other = a_machine_copied_whole(house, ada)
        one.stop()
        other.write("words of the second of the two")
        eventually("they lie there", lambda: delivery(other, "words of the second of the two")["state"] == "mailbox", 40)
        other.stop()
        box.stop()
        with alone(one):
            one.write("words of the first of the two")
            box.start()
            one.duolog("sync")
            eventually("it hears of the other", lambda: "fork" in one.warnings(), 60)
            visited(one)
        with alone(bo):
            eventually("and Bo of both", lambda: "fork" in bo.warnings(), 60)


@fact
def decoys_in_its_folder_and_a_kill_leave_it_as_it_was(house):
    ada, bo, box = apart_with_a_mailbox(house)
    with box:
        with alone(ada):
            ada.write("among all kinds of things")
            visited(ada)
        box.kill()
        folder = box.folder / "bundles"
        whole = box.bundles()[0].read_bytes()
        (folder / "00000000000000aa.bundle").write_bytes(whole[:-1])
        (folder / "00000000000000ab.bundle").symlink_to("/etc/passwd")
        (folder / "holiday.jpg").write_bytes(b"a picture")
        (folder / ".part-0011223344556677").write_bytes(b"half")
        box.start()
        said = box.run("status").stdout
        assert "running at 127.0.0.1" in said and "1 bundles" in said and "3 files are no bundles" in said, said
        assert not (folder / ".part-0011223344556677").exists() and (folder / "holiday.jpg").exists()
        with alone(bo):
            eventually("Bo has it", lambda: "among all kinds of things" in bo.texts(), 40)
    second = Mailbox(house, folder=box.folder)
    with box:
        assert second.run("--listen", "127.0.0.1:0", code=75).stderr.count("already running") == 1
    second.run("--quota", "nonsense", code=FAILED)
