"""Where secrets must not be: memory after a lock, cores, files of any place, arguments, what is said aloud."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import re
import resource
import signal
import subprocess

import canary
import control
from effort import under_thread_sanitizer
from facts_help import PROMISED
from facts_locks import FIRST, with_passphrase
from facts_places import NOBODY, as_user, may_run_ours, unprivileged
from house import Skipped, eventually, fact, needs, of_the_release
from person import DONE, NO_SEARCH_FOR_LEAKS, Daemon
from processes import field_of

DEVICE = ("add", "join", "list", "remove")


@fact
def what_was_in_memory_is_gone_after_the_lock(house):
    ada, place = with_passphrase(house)
    texts = ["the letter that was never sent off", "what she said at the tram stop"]
    for text in texts:
        ada.write(text, tags=["unsent-letters"])
    words = ada.duolog("words", "--json", "--passphrase-file", place).object["words"]
    assert set(texts) <= set(ada.texts())
    needles = [*(text.encode() for text in texts), b"unsent-letters", FIRST.encode(),
               *(" ".join(pair).encode() for pair in zip(words, words[1:]))]
    open_now = canary.in_memory(ada.daemon.pid, needles[:1])
    if open_now is None:
        raise Skipped("this user may not look into the daemon's memory")
    assert open_now, "while it is open something of it is in memory: else this search finds nothing anywhere"
    ada.lock()
    assert not canary.in_memory(ada.daemon.pid, needles)
    ada.duolog("unlock", "--passphrase-file", place)


@fact
def a_crash_leaves_no_core_file(house):
    folder = house.folder / "cores"
    folder.mkdir()
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text()
    if pattern.startswith(("/", "|")):
        raise Skipped(f"this machine sends cores elsewhere: {pattern.strip()}")
    def with_cores():
        os.chdir(folder)
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    subprocess.run(["sh", "-c", "kill -ABRT $$"], preexec_fn=with_cores, check=False)
    assert list(folder.iterdir()), "another program leaves a core here: else this fact shows nothing"
    for core in folder.iterdir():
        core.unlink()
    ada = house.resident("Ada")
    ada.write("not for anybody's debugger")
    ada.stop()
    for how in (signal.SIGABRT, signal.SIGSEGV, signal.SIGQUIT):
        daemon = subprocess.Popen([house.programs / "duologd", "--home", ada.home, *ada.options], env=ada.environment,
                                  preexec_fn=with_cores, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        eventually("it answers", lambda: ada.run("status").code == DONE)
        assert field_of(daemon.pid, "Max core file size", "limits")[:2] == ["0", "0"]
        if how == signal.SIGSEGV:
            with ada.terminal("checkin") as screen:  # what is being typed is in the client
                screen.expect("> ")
                assert field_of(screen.pid, "Max core file size", "limits")[:2] == ["0", "0"]
        daemon.send_signal(how)
        said = daemon.communicate(timeout=20)[1]
        assert daemon.returncode != 0
        assert not canary.in_bytes(house.secrets, said, "its last words"), said
        assert not list(folder.iterdir()), f"{how!r} left {list(folder.iterdir())}"


@fact
def nobody_of_the_same_user_may_look_into_either_program(house):
    may_run_ours(house, NOBODY)
    house.folder.chmod(0o755)
    home = house.folder / "theirs"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    look = ["sh", "-c", "cat /proc/$0/environ >/dev/null && cat /proc/$0/maps >/dev/null"]
    other = subprocess.Popen(as_user(NOBODY, "sleep", "300"), cwd="/")
    eventually("it is theirs", lambda: pathlib.Path(f"/proc/{other.pid}").stat().st_uid == NOBODY)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "ASAN_OPTIONS": NO_SEARCH_FOR_LEAKS}
    daemon = subprocess.Popen(as_user(NOBODY, str(house.programs / "duologd"), "--listen", "127.0.0.1:0"), cwd="/",
                              env=environment, stdout=subprocess.PIPE)
    try:
        assert b"ready" in daemon.stdout.readline()
        assert subprocess.run(as_user(NOBODY, *look, str(other.pid)), cwd="/", capture_output=True, check=False).returncode == 0
        seen = subprocess.run(as_user(NOBODY, *look, str(daemon.pid)), cwd="/", capture_output=True, check=False)
        assert seen.returncode != 0 and b"Permission denied" in seen.stderr, seen
    finally:
        for process in (other, daemon):
            process.terminate()
            process.communicate(timeout=20)
        house.folder.chmod(0o700)


def where_keys_lie(house, *wrapper):
    """What the program knows of it, and how many KiB the kernel counts as locked."""
    program = house.programs / "tests" / "blackbox" / "locked_memory"
    done = subprocess.run([*wrapper, program], capture_output=True, text=True, check=True)
    known, counted = done.stdout.splitlines()
    return known, int(counted.split()[1])


@fact
def the_memory_of_a_key_is_locked_and_where_that_is_forbidden_it_is_known(house):
    needs("prlimit", "util-linux")
    known, locked = where_keys_lie(house)
    assert known == "locked" and locked > 0, f"{known}, and {locked} KiB are"
    assert where_keys_lie(house, *unprivileged("prlimit", "--memlock=0:0")) == ("not locked", 0)


def unsanitised(house):
    """Sanitizers make mlock() do nothing; what it should do is only seen without."""
    if under_thread_sanitizer(house) or b"__asan_init" in (house.programs / "duologd").read_bytes():
        house.programs = house.programs.parent / "release"
        if not (house.programs / "duologd").exists():
            raise Skipped("this build's sanitizer locks no memory, and there is no build/release beside it")


@of_the_release
@fact
def keys_are_locked_into_memory_and_where_they_cannot_be_the_doctor_says_so(house):
    needs("prlimit", "util-linux")
    unsanitised(house)
    ada = house.resident("Ada")
    assert int(field_of(ada.daemon.pid, "VmLck:")[0]) > 0, "keys are not locked into memory"
    assert "memory-not-locked" not in [finding["code"] for finding in ada.json("doctor")[0]["findings"]]
    ada.stop()
    ada.daemon = daemon = Daemon(ada, ada.options, wrapper=unprivileged("prlimit", "--memlock=0:0"))
    findings = {finding["code"]: finding for finding in ada.json("doctor")[0]["findings"]}
    assert findings["memory-not-locked"]["severity"] == "warning"
    assert field_of(daemon.pid, "VmLck:")[0] == "0"
    said = " ".join(ada.duolog("doctor").text.split())
    assert "secrets in memory may be swapped to the disk: RLIMIT_MEMLOCK is too low" in said
    ada.write("written all the same")


@fact
def no_option_of_any_verb_takes_a_secret_as_its_value(house):
    ada = house.person("Ada")
    asked, verbs = set(), [[], *([verb] for verb in PROMISED), *(["device", what] for what in DEVICE)]
    for verb in verbs:
        text = ada.duolog(*verb, "--help").text
        for option in re.findall(r"--[a-z-]*(?:pass|secret|key|word)[a-z-]*[ ,=]+[A-Z]+", text):  # one that takes a value
            asked.add(" ".join(verb))
            assert re.match(r"--(?:(?:new-)?passphrase|words)-file FILE$", option), f"{verb}: {option}"
    about = {"", "passphrase", "restore"}  # of the others by the option that all verbs have
    assert about <= asked and len(verbs) > 50, f"options about passphrases of {sorted(about - asked)} were not seen"
    ada.start()
    for name in ("DUOLOG_PASSPHRASE", "DUOLOG_PASSWORD", "PASSPHRASE"):
        other = ada.run("init", "--name", "Ada", "--json", environment={name: "never from the environment"})
        assert other.code != DONE and not ada.status()["initialised"], "a passphrase was taken from the environment"


@fact
def neither_status_nor_doctor_nor_the_notes_say_a_word_of_anybodys(house):
    ada, place = with_passphrase(house)
    bo = house.resident("Bo")
    house.pair(ada, bo)
    ada.write("nobody's business but ours", tags=["our-business"])
    ada.check_in(7, highlight="a highlight nobody else hears", distance="the silence over dinner", wish="one long walk")
    eventually("it is there", bo.list)
    ada.run("unlock", "--passphrase-file", ada.passphrase_file("not the right sentence", "wrong"))
    said = b""
    for command in (["status"], ["status", "-v"], ["doctor"], ["doctor", "-v"], ["daemon", "status"], ["sync", "-v"]):
        for more in ([], ["--json"]):
            done = ada.run(*command, *more)
            assert done.code == DONE, done.said
            said += done.out + done.err
    with control.Control(ada) as door:
        for request in (control.STATUS, control.DOCTOR):
            said += b"".join(door.ask(control.request(request)))
    assert b"Bo" in said and len(said) > 2000
    found = canary.in_bytes(house.secrets, said, "status or doctor")
    assert not found, (found, [said[max(0, said.index(raw) - 300):][:500] for raw in house.secrets.texts if raw in said])
    assert "info" in (ada.home / "notes.log").read_text()
    assert "debug" in (ada.home / "config.toml").read_text(), "the notes were as talkative as they get"
