"""Setting up, starting, stopping, exit codes, and what tools may rely on."""
# SPDX-License-Identifier: GPL-3.0-or-later
import base64
import json
import os
import pathlib
import shutil
import socket
import subprocess

import canary
import control
from house import eventually, fact, needs
from person import DONE, FAILED, NO_SEARCH_FOR_LEAKS, NOT_FOUND, UNREACHABLE, USAGE
from processes import alive


@fact
def the_canary_sings(house):
    """The search for leaks finds what is there: in a file, in a packet, in a command line and in memory."""
    secret = "a sentence that lies where it should not"
    house.secrets.text(secret, "a text")
    leak = house.folder / "leak"
    leak.write_text(f"... {secret} ...")
    assert canary.in_files(house.secrets, house.folder)
    leak.unlink()
    teller = subprocess.Popen(["sh", "-c", "read -r line", secret], stdin=subprocess.PIPE)
    assert eventually("seen in the command line", lambda: canary.in_process(house.secrets, teller.pid))
    teller.communicate(b"\n")
    assert canary.in_memory(os.getpid(), [secret.encode()]) in ({secret.encode()}, None)
    house.secrets.words("zebra yellow wolf heron".split())
    assert canary.in_bytes(house.secrets, b"1. zebra\n2. yellow\n3. wolf", "x")
    assert canary.in_bytes(house.secrets, b'"yellow","wolf","heron"', "x")
    for harmless in (b"zebra, yellow; wool, wolf", b"zebra and yellow and wolf", b"wolf yellow zebra", b"zebra yellow wolfs"):
        assert not canary.in_bytes(house.secrets, harmless, "x"), harmless
    large = bytes(canary.LONG) + secret.encode()
    assert canary.in_bytes(house.secrets, large, "x") and canary.in_bytes(house.secrets, large, "x"), "also what is long, and twice"
    assert not canary.in_bytes(house.secrets, bytes(canary.LONG), "x")
    house.secrets.text(bytes(8), "what was clean before it was known")
    assert canary.in_bytes(house.secrets, bytes(canary.LONG), "x")
    del house.secrets.texts[bytes(8)]
    house.secrets.key(bytes(range(32)), "a key")
    assert canary.in_bytes(house.secrets, base64.b64encode(b"xy" + bytes(range(32))), "x")
    if not house.capture.why_not:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
            speaker.sendto(secret.encode(), ("127.0.0.1", 9))
        eventually("seen on the wire", lambda: secret.encode() in b"".join(house.capture.packets))
        house.capture.packets.clear()


@fact
def setting_up_makes_a_notebook_and_a_key_only_its_owner_can_read(house):
    ada = house.resident("Ada")
    status = ada.status()
    assert status["initialised"] is True and status["locked"] is False
    assert status["device"]["person"] == "Ada" and status["device"]["locked_by"] == "key file"
    assert [journal["kind"] for journal in status["journals"]] == ["notebook"]
    assert ada.key_file().stat().st_mode & 0o777 == 0o600
    for place, folders, files in os.walk(ada.home):
        for name in [*folders, *files]:
            assert pathlib.Path(place, name).lstat().st_mode & 0o077 == 0, f"{name} can be seen by others"


@fact
def a_home_is_set_up_once(house):
    ada = house.resident("Ada")
    before = ada.status()["device"]["id"]
    ada.refused("ALREADY_INITIALISED", "init", "--name", "Eve", "--yes")
    assert ada.status()["device"] == {**ada.status()["device"], "id": before, "person": "Ada"}


@fact
def a_home_that_is_not_set_up_says_so(house):
    ada = house.person("Ada")
    ada.start()
    assert ada.status()["initialised"] is False
    for command in (["list"], ["write", "--", "too early"], ["pair", "--yes"], [], ["words"], ["unlock"], ["checkin"]):
        assert "init" in ada.refused("NOT_INITIALISED", *command).said


@fact
def the_exit_codes_are_what_the_manual_says(house):
    ada = house.person("Ada")
    ada.duolog("status", expect=UNREACHABLE)
    ada.start()
    ada.init()
    ada.duolog("list", expect=DONE)
    ada.duolog("list", "--no-such-flag", expect=USAGE)
    ada.duolog("dance", expect=USAGE)
    ada.duolog("show", "0123456789abcdef", expect=NOT_FOUND)
    ada.duolog("pair", "7-apple-bridge", "--at", "127.0.0.1:9", "--yes", expect=FAILED)


@fact
def without_a_daemon_duolog_starts_one_unless_told_not_to(house):
    ada = house.person("Ada")
    ada.duolog("status", expect=UNREACHABLE)
    ada.environment.pop("DUOLOG_NO_AUTOSTART")
    ada.init()
    pid = ada.status()["pid"]
    assert pid != os.getpid() and pathlib.Path(f"/proc/{pid}").exists()
    ada.write("the daemon came by itself")
    assert ada.status()["pid"] == pid, "one daemon, not one a command"
    ada.duolog("daemon", "stop")
    eventually("it is gone", lambda: not alive(pid))


@fact
def the_daemon_is_started_asked_and_stopped_by_hand(house):
    ada = house.person("Ada")
    ada.duolog("daemon", "status", expect=UNREACHABLE)
    ada.duolog("daemon", "start")
    pid = ada.status()["pid"]
    assert str(pid) in ada.duolog("daemon", "status").said
    ada.duolog("daemon", "start")  # already there: fine
    assert ada.status()["pid"] == pid
    ada.duolog("daemon", "stop")
    eventually("it is gone", lambda: not alive(pid))
    ada.duolog("status", expect=UNREACHABLE)


def installed(house):
    """A person with programs that lie as a package lays them out, anywhere, and are in no PATH; and where they lie."""
    place = house.folder / "opt"
    for program, folder in (("duolog", "bin"), ("duologd", "bin"), ("duolog-exchange", "libexec/duolog")):
        (place / folder).mkdir(parents=True, exist_ok=True)
        try:
            os.link(house.programs / program, place / folder / program)
        except OSError:  # another disk
            shutil.copy(house.programs / program, place / folder / program)
    house.programs = place / "bin"
    ada = house.person("Ada")
    ada.environment["PATH"] = "/usr/bin:/bin"
    return ada, place


@fact
def the_programs_find_each_other_wherever_they_were_installed(house):
    ada, place = installed(house)
    ada.environment.pop("DUOLOG_NO_AUTOSTART")
    ada.init()
    ada.write("written before it is exported")
    ada.duolog("daemon", "stop")
    document = json.loads(ada.duolog("export", "json", "-").text)
    assert [item["text"] for item in document["items"]] == ["written before it is exported"]
    assert os.readlink(f"/proc/{ada.status()['pid']}/exe") == str(place / "bin" / "duologd"), "the exchange started another"
    ada.duolog("daemon", "stop")


@fact
def where_the_exchange_cannot_be_run_import_and_export_say_so_and_all_else_goes_on(house):
    ada, place = installed(house)
    ada.start()
    ada.init()
    exchange = place / "libexec" / "duolog" / "duolog-exchange"
    exchange.unlink()
    for command in (["export", "json", "-"], ["import", "text", "diary.txt", "--yes"]):
        answer = ada.refused("PROGRAM_NOT_RUN", *command)
        assert answer.out == b"" and "../libexec/duolog" in json.loads(answer.err)["error"]["hint"]
        said = ada.duolog(*command, expect=FAILED).err.decode()
        assert "duolog-exchange" in said and "No such file or directory" in said and said.count("hint: ") == 1, said
    exchange.write_text("#!/bin/sh\n")
    exchange.chmod(0o600)
    assert "Permission denied" in ada.refused("PROGRAM_NOT_RUN", "export", "json", "-").said
    ada.write("it is no matter to anything else")
    assert ada.duolog("export", "--help").text


@fact
def the_exchange_keeps_to_itself_and_does_nothing_else(house):
    ada = house.resident("Ada")
    done = subprocess.run([house.programs / "duolog-exchange", "write", "a word"], env=ada.environment,
                          capture_output=True, check=False)
    assert done.returncode == USAGE and b"hint: duolog --help" in done.stderr, done
    assert ada.list() == []
    trace = house.folder / "trace"
    needs("strace", "strace")
    done = subprocess.run(["strace", "-qq", "-e", "trace=execve,prctl,prlimit64", "-o", trace, house.programs / "duolog",
                           "export", "json", "-"], env={**ada.environment, "ASAN_OPTIONS": NO_SEARCH_FOR_LEAKS},
                          capture_output=True, check=False)
    assert done.returncode == DONE, done
    became = trace.read_text().split("duolog-exchange\"", 1)[1]
    assert "PR_SET_DUMPABLE, SUID_DUMP_DISABLE" in became and "RLIMIT_CORE, {rlim_cur=0, rlim_max=0}" in became, became


@fact
def the_status_has_the_names_that_scripts_rely_on(house):
    ada, _bo = house.two()
    status = ada.status()
    assert {"device", "journals", "peers", "version", "locked"} <= set(status)
    assert {"id", "name", "person"} <= set(status["device"])
    assert {"name", "connected", "last_seen", "behind"} <= set(status["peers"][0])
    ada.write("an entry with every name")
    assert {"id", "journal", "kind", "author", "mine", "written_at", "text", "tags", "visibility",
            "delivery"} <= set(ada.list()[0])


@fact
def everything_that_prints_can_print_json(house):
    ada, bo = house.two()
    ada.write("one entry for the sake of it")
    eventually("it is there", bo.list)
    for command in (["status"], ["list"], ["show", "last"], ["answers"], ["today"], [], ["sync"], ["doctor"], ["words"],
                    ["daemon", "status"], ["lock"]):
        result = bo.run(*command, "--json")
        assert result.code in (DONE, FAILED), f"{command}: {result.said}"
        for line in result.text.splitlines():
            assert isinstance(json.loads(line), dict), f"{command}: {line}"


@fact
def an_error_is_json_where_json_was_asked_for_and_words_otherwise(house):
    ada = house.resident("Ada")
    answer = ada.refused("NOT_FOUND", "show", "0123456789abcdef", expect=NOT_FOUND)
    assert answer.out == b"", "an error is not an answer"
    error = json.loads(answer.err)["error"]
    assert error["message"] and error["hint"]
    assert b"hint: " in ada.duolog("show", "0123456789abcdef", expect=NOT_FOUND).err


@fact
def the_doctor_finds_nothing_in_a_healthy_home(house):
    ada, _bo = house.two()
    findings = [finding for report in ada.json("doctor") for finding in report.get("findings", [report])]
    assert findings
    assert not [f for f in findings if f["severity"] == "problem"], findings
    assert all(f["code"] and f["severity"] in ("ok", "note", "warning", "problem") for f in findings)


@fact
def the_socket_is_for_its_owner_alone(house):
    ada = house.resident("Ada")
    assert (ada.home / "run").stat().st_mode & 0o777 == 0o700


@fact
def nonsense_on_the_local_socket_ends_that_connection_and_nothing_else(house):
    ada = house.resident("Ada")
    for bytes_sent in (b"\xff\xff\xff\xff", b"\x05\0\0\0hello", b"\0\0\0\0", b"GET / HTTP/1.1\r\n\r\n", os.urandom(4096)):
        with control.Control(ada) as door:
            try:
                door.socket.sendall(bytes_sent)
                door.socket.shutdown(socket.SHUT_WR)
                while door.receive() is not None:
                    pass
            except OSError:
                pass
    assert ada.status()["initialised"] is True


@fact
def repeating_a_request_after_a_lost_answer_writes_once(house):
    ada = house.resident("Ada")
    write = control.request(control.WRITE, control.field(1, "said once, asked twice"), request_id=b"0123456789abcdef")
    with control.Control(ada) as door:
        first = door.ask(write)
    with control.Control(ada) as door:
        again = door.ask(write)
    saved, repeated = (dict(control.fields(dict(control.fields(reply[-1]))[14])) for reply in (first, again))
    assert saved[1] == repeated[1] and repeated[6] == 1
    ada.restart()
    with control.Control(ada) as door:
        door.ask(write)
    assert ada.texts() == ["said once, asked twice"]


@fact
def strangers_at_the_port_hear_nothing_and_do_no_harm(house):
    ada, bo = house.two()
    host, port = ada.address().rsplit(":", 1)
    for noise in (b"", b"\0\x30" + os.urandom(48), b"\0\x10" + os.urandom(16), b"GET / HTTP/1.1\r\n\r\n",
                  os.urandom(500), b"\xff\xff" + os.urandom(64)):
        with socket.create_connection((host, int(port)), timeout=15) as stranger:
            stranger.sendall(noise)
            stranger.shutdown(socket.SHUT_WR)
            try:
                assert stranger.recv(1) == b"", "a stranger got an answer"
            except ConnectionResetError:
                pass
    ada.write("undisturbed by the noise outside")
    eventually("Bo reads it", lambda: bo.texts() == ["undisturbed by the noise outside"])
