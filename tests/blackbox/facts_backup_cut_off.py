"""A backup that is cut off in its middle, by Ctrl-C or a kill on either side, leaves nothing that looks like one."""
# SPDX-License-Identifier: GPL-3.0-or-later
import signal

from facts_attachments import file_of, saved_bytes
from facts_keep import files_in, passphrase_of, restored
from house import eventually, fact
from person import DONE, FAILED, UNREACHABLE

MIB = 1 << 20


def cut_off(ada, place, stop):
    """stop(the command) while the file is being written; the command's exit code."""
    unfinished = place.with_name(place.name + ".unfinished")
    with ada.lines("--json", "backup", place, "--passphrase-file", passphrase_of(ada)) as making:
        eventually("some of it is written", lambda: unfinished.exists() and unfinished.stat().st_size > MIB or
                   making.process.poll() is not None)
        assert making.process.poll() is None, "it was over before anything could cut it off"
        stop(making.process)
        code = making.end()
    assert code != DONE and not place.exists(), f"it ended with {code}"
    return code, unfinished.exists()


def what_was_made_for_it_is_gone(ada):
    eventually("no copy of the log is left", lambda: not [name for name in files_in(ada.home) if "copying" in name])


@fact
def a_backup_that_is_cut_off_by_ctrl_c_or_a_kill_on_either_side_leaves_none_and_is_made_again(house):
    ada = house.resident("Ada")
    file = file_of(house, "film.mkv", 8 * MIB)
    entry = ada.write("with a film", "--attach", file)["id"]
    place = ada.folder / "xdg" / "journal.backup"
    assert cut_off(ada, place, lambda command: command.send_signal(signal.SIGINT)) == (FAILED, False)
    what_was_made_for_it_is_gone(ada)
    code, unfinished = cut_off(ada, place, lambda _command: ada.kill())
    assert code in (FAILED, UNREACHABLE) and not unfinished, "whoever asked is told, and clears away"
    ada.start()
    what_was_made_for_it_is_gone(ada)
    assert cut_off(ada, place, lambda command: command.kill()) == (-signal.SIGKILL, True), "nobody was left to clear away"
    what_was_made_for_it_is_gone(ada)
    ada.write("written after all of it")
    ada.duolog("backup", place, "--passphrase-file", passphrase_of(ada))
    assert [found.name for found in place.parent.glob("journal.backup*")] == [place.name], "what a kill has left is cleared away"
    ada.stop()
    again, _ = restored(house, "Ada-again", place, passphrase_of(ada))
    assert saved_bytes(again, entry, 1, house) == file.read_bytes() and again.texts() == ["with a film", "written after all of it"]
