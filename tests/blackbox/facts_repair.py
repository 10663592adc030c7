"""doctor --repair: what a disk has lost comes back from the partner, and what does not is told."""
# SPDX-License-Identifier: GPL-3.0-or-later
import sqlite3

from facts_attachments import CHUNK, chunks, file_of, is_whole, saved_bytes, settings
from facts_keep import meet, rot
from house import eventually, fact
from pen import Pen, texts
from person import FAILED


def lose_heads(someone, how, seqs):
    """What is written over, or gone, in the longest chain of the log; how many."""
    with sqlite3.connect(someone.home / "duolog.db") as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        (chain,) = database.execute("SELECT place >> 32 FROM record GROUP BY 1 ORDER BY count(*) DESC LIMIT 1").fetchone()
        lost = sum(database.execute(f"{how} WHERE place = ?", (chain << 32 | seq - 1,)).rowcount for seq in seqs)
    database.close()
    return lost


@fact
def what_is_rotten_comes_back_from_the_partner(house):
    ada, bo = house.two()
    pen = Pen(ada)
    pen.open()
    pen.book(30, bo, " " + "word " * 800)  # longer than anything else in the log
    assert "all of them are whole" in ada.duolog("doctor", "--repair").text
    ada.stop()
    bo.stop()
    assert rot(ada, 7) == 7
    ada.start()
    alone = ada.duolog("doctor", "--repair", "--timeout", "1", "--json", expect=FAILED).object
    assert alone["missing"] == 7 and alone["wanted"] == 7, alone
    said = ada.duolog("doctor", "--repair", "--timeout", "1", expect=FAILED).text
    assert "7 are still without their words" in said and "nobody who has it is connected" in said, said
    bo.start()
    ada.duolog("doctor", "--repair", "--timeout", "40")
    assert texts(ada) == pen.saved
    assert "all of them are whole" in ada.duolog("doctor", "--repair").text
    assert "damaged" not in ada.duolog("doctor").text and "damaged" not in ada.warnings()


@fact
def the_end_of_a_log_that_has_come_back_is_damaged_no_more(house):
    """It is what rots first. Nobody is sent to a backup for what the partner has brought."""
    ada, bo = house.two()
    pen = Pen(ada)
    pen.open()
    pen.book(12, bo)
    ada.stop()
    bo.stop()
    with sqlite3.connect(bo.home / "duolog.db") as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        (last,) = database.execute("SELECT max(place) FROM record GROUP BY place >> 32 ORDER BY count(*) DESC LIMIT 1").fetchone()
        assert database.execute("UPDATE record SET head = zeroblob(208) WHERE place BETWEEN ? AND ?", (last - 2, last)).rowcount == 3
    database.close()
    bo.start()
    alone = bo.duolog("doctor", "--repair", "--timeout", "1", "--json", expect=FAILED).object
    assert any("the end of the log no longer holds" in each for each in alone["damage"]), alone
    ada.start()
    said = bo.duolog("doctor", "--repair", "--timeout", "40").text
    assert "all of them are whole" in said, said
    assert "damaged" not in bo.duolog("doctor").text and "damaged" not in bo.warnings()
    assert texts(bo) == pen.saved


@fact
def a_record_that_is_lost_altogether_comes_back_from_the_partner(house):
    """Its head too: nothing behind it is proven by the disk any more, and nothing of it was given up."""
    ada, bo = house.two()
    pen = Pen(ada)
    pen.open()
    pen.book(30, bo)
    for someone in (bo, ada):  # what the author has lost, and what the reader has
        other = ada if someone is bo else bo
        ada.stop()
        bo.stop()
        assert lose_heads(someone, "UPDATE record SET head = zeroblob(208)", (12, 13, 20)) == 3
        assert lose_heads(someone, "DELETE FROM record", (27,)) == 1
        (someone.home / "view.clean").unlink(missing_ok=True)  # so that the view is folded anew from what is left
        someone.start()
        alone = someone.duolog("doctor", "--repair", "--timeout", "1", "--json", expect=FAILED).object
        assert alone["missing"] >= 4 and len(alone["damage"]) >= 3, alone
        assert "is damaged, and asked for again" in " ".join(someone.duolog("doctor", expect=FAILED).text.split())
        assert set(texts(someone)) < set(pen.saved)
        other.start()
        said = someone.duolog("doctor", "--repair", "--timeout", "40").text
        assert "all of them are whole" in said, said  # it may have come before it was asked for
        eventually("all of it can be read", lambda: texts(someone) == pen.saved)
        assert "damaged" not in someone.duolog("doctor").text
        someone.restart()
        assert texts(someone) == pen.saved and "damaged" not in someone.duolog("doctor").text
    house.pair_is_up(ada, bo)
    pen.open()
    pen.write("and it goes on")
    eventually("Bo has this one too", lambda: texts(bo) == pen.saved)
    assert not any("fork" in each for someone in (ada, bo) for each in someone.status()["warnings"])


@fact
def pieces_of_attachments_come_back_from_the_partner(house):
    ada, bo = house.two()
    settings(ada, "attachments = 1")
    ada.restart()
    meet(ada)
    file = file_of(house, "kept.bin", 3 * CHUNK)
    entry = ada.write("this one shall last", "--attach", file)["id"]
    large = bo.write("too large to come by itself", "--attach", file_of(house, "large.bin", 5 * CHUNK, 2))["id"]
    eventually("Bo has it", lambda: is_whole(bo, entry))
    eventually("Ada has read of it", lambda: len(texts(ada)) == 2)
    bo.stop()
    ada.stop()
    rotten, gone, *_ = sorted((ada.home / "blobs").glob("??/*"))
    rotten.write_bytes(b"rot" + rotten.read_bytes()[3:])
    gone.unlink()
    ada.start()
    there = ada.duolog("doctor", "--repair", "--timeout", "1", "--json", expect=FAILED).object
    assert there["chunks_wanted"] == there["chunks_missing"] >= 2, there
    assert "still not here" in ada.duolog("doctor", "--repair", "--timeout", "1", expect=FAILED).text
    bo.start()
    meet(ada)
    said = ada.duolog("doctor", "--repair", "--timeout", "40").text
    assert "all of them are whole" in said, said  # they may have come before they were asked for
    assert chunks(ada).keys() == chunks(bo).keys() and is_whole(ada, large)
    rotten.write_bytes(b"rot" + rotten.read_bytes()[3:])  # which nobody notices who does not read it
    gone.unlink()
    said = ada.duolog("doctor", "--repair", "--timeout", "40").text
    assert "2 pieces of attachments came, damaged or missing until now" in said and "whole now" in said, said
    assert chunks(ada).keys() == chunks(bo).keys()
    assert saved_bytes(ada, entry, 1, house) == file.read_bytes()


@fact
def what_nobody_else_has_is_told_and_waited_for_no_longer_than_asked(house):
    ada = house.resident("Ada")
    ada.write("a word for nobody " * 100)
    ada.stop()
    assert rot(ada, 1) == 1
    ada.start()
    said = " ".join(ada.duolog("doctor", "--repair", expect=FAILED).text.split())  # nobody could have it: at once
    assert "1 are still without their words" in said and "duolog restore FILE brings it from a backup" in said, said


@fact
def what_is_wrong_with_the_file_itself_is_told_and_nothing_is_called_whole(house):
    """No record is touched by it, and no partner mends it."""
    ada = house.resident("Ada")
    ada.write("a word for nobody")
    ada.stop()
    file = ada.home / "duolog.db"
    content = bytearray(file.read_bytes())
    pages = int.from_bytes(content[28:32], "big")
    content[28:32] = (pages + 1).to_bytes(4, "big")  # one more than any table knows of
    file.write_bytes(content + bytes(len(content) // pages))
    ada.start()
    assert texts(ada) == ["a word for nobody"]
    said = " ".join(ada.duolog("doctor", "--repair", "--timeout", "1", expect=FAILED).text.split())
    assert "never used" in said and "are whole" not in said, said
