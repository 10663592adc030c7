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
from facts_locks import FIRST, SECOND, with_passphrase
from facts_places import NOBODY, as_user, may_run_ours, unprivileged
from house import Skipped, eventually, fact, needs
from person import DONE, Daemon


def field_of(pid, name, file="status"):
    for line in pathlib.Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(name):
            return line[len(name):].split()
    raise AssertionError(f"no {name} in /proc/{pid}/{file}")


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
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "ASAN_OPTIONS": "detect_leaks=0"}
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


def unsanitised(house):
    """Sanitizers make mlock() do nothing; what it should do is only seen without."""
    if under_thread_sanitizer(house) or b"__asan_init" in (house.programs / "duologd").read_bytes():
        house.programs = house.programs.parent / "release"
        if not (house.programs / "duologd").exists():
            raise Skipped("this build's sanitizer locks no memory, and there is no build/release beside it")


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


# ---- everything that is opened for writing, and everything that is executed ----


WRITES = re.compile(r"\b(?:O_WRONLY|O_RDWR|O_CREAT)\b")
CALL = re.compile(r'^\d+ +(openat|open|creat|mkdir|mkdirat|rename|renameat|renameat2|link|linkat|symlink|symlinkat|'
                  r'memfd_create|mknod|mknodat)\((.*)$')


def written_to(trace):
    """The name in every call of a trace that makes, opens for writing, or moves a file, and succeeded."""
    for line in trace.read_text(errors="replace").splitlines():
        match = CALL.match(line)
        if not match or " = -1 " in line:
            continue
        if match[1] in ("openat", "open") and not WRITES.search(match[2]):
            continue
        if match[1] == "memfd_create":
            continue  # no name in any folder
        for name in re.findall(r'"((?:[^"\\]|\\.)*)"', match[2]):
            yield name


@fact
def in_a_whole_session_nothing_is_written_outside_the_home_and_memory(house):
    needs("strace", "strace")
    if under_thread_sanitizer(house):
        raise Skipped("ThreadSanitizer itself makes files in TMPDIR")
    ada, bo = house.person("Ada"), house.resident("Bo")
    ada.environment["ASAN_OPTIONS"] = "detect_leaks=0"
    traces, programs = house.folder / "traces", house.programs
    traces.mkdir()

    def traced(name):
        return ["strace", "-f", "-v", "-s", "100000", "-e", "signal=none", "-e",
                "trace=openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
                "memfd_create,mknod,mknodat,execve", "-o", str(traces / name)]

    def command(name, *arguments, stdin=b"", code=DONE):
        done = subprocess.run([*traced(name), str(programs / "duolog"), *arguments], env=ada.environment, input=stdin,
                              capture_output=True, timeout=60, check=False)
        assert done.returncode == code, f"{arguments}: {done}"
        return done.stdout

    ada.configure()
    daemon = subprocess.Popen([*traced("daemon"), str(programs / "duologd"), "--home", str(ada.home), *ada.options],
                              env=ada.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    eventually("it answers", lambda: ada.run("status").code == DONE)
    place = ada.passphrase_file(FIRST)
    second = ada.passphrase_file(SECOND, "second")
    command("init", "init", "--name", "Ada", "--yes", "--passphrase-file", place)
    house.secrets.words(ada.duolog("words", "--json", "--passphrase-file", place).object["words"])
    house.pair(ada, bo)
    house.secrets.text("a text from standard input, traced", "a text")
    command("write", "write", stdin=b"a text from standard input, traced")
    editor = house.folder / "editor"
    editor.write_text('#!/bin/sh\nprintf "a text out of the traced editor" >"$1"\n')
    editor.chmod(0o755)
    house.secrets.text("a text out of the traced editor", "a text")
    ada.environment["EDITOR"] = str(editor)
    with ada.terminal(*traced("editor")[1:], str(programs / "duolog"), "write", program="/usr/bin/strace") as screen:
        assert screen.end() == DONE, screen.text
    command("checkin", "checkin", "--set", "connection=7", "--set", "highlight=an answer about the traced weekend",
            "--set", "distance=nothing at all", "--set", "wish=nothing")
    for verb in ("list", "status", "doctor", "today", "answers", "sync"):
        command(verb, *([verb] if verb != "today" else []))
    command("passphrase", "passphrase", "--passphrase-file", place, "--new-passphrase-file", second)
    command("lock", "lock")
    eventually("it is locked", lambda: ada.status()["locked"])
    with ada.terminal(*traced("unlock")[1:], str(programs / "duolog"), "unlock", program="/usr/bin/strace") as screen:
        screen.expect("passphrase: ")
        screen.type(SECOND)
        assert screen.end() == DONE, screen.text
    assert len(ada.list()) == 3
    command("stop", "daemon", "stop")
    assert daemon.wait(20) == 0

    allowed = re.compile(rf"(?:{re.escape(str(ada.home))}(?:/.*)?|/dev/null|/dev/tty|/dev/shm/duolog-draft-[^/]+(?:/.*)?)$")
    seen = {}
    for trace in sorted(traces.iterdir()):
        for name in written_to(trace):
            seen.setdefault(name, trace.name)
    assert any(name.endswith("duolog.db-wal") for name in seen) and any("duolog-draft-" in name for name in seen), (
        f"the trace does not show what is certainly written: {sorted(seen)}")
    outside = {name: trace for name, trace in seen.items() if not allowed.match(name)}
    assert not outside, f"opened for writing outside the home and memory: {outside}"

    executed = [line for trace in traces.iterdir() for line in trace.read_text(errors="replace").splitlines()
                if "execve(" in line]
    assert any(str(editor) in line for line in executed), "the editor is among them"
    found = canary.in_bytes(house.secrets, "\n".join(executed).encode(), "an argument or an environment")
    assert not found, found
    for trace in traces.iterdir():
        trace.unlink()


@fact
def no_option_of_any_verb_takes_a_secret_as_its_value(house):
    ada = house.person("Ada")
    asked = 0
    for verb in ("init", "unlock", "words", "passphrase", "lock", "pair", "write", "status", ""):
        text = ada.duolog(*verb.split(), "--help").text
        for option in re.findall(r"--[a-z-]*(?:pass|secret|key|word)[a-z-]*[^\n]*", text):
            asked += 1
            assert re.match(r"--(?:new-)?passphrase-file\b|--key-file\b", option), f"{verb}: {option}"
    assert asked, "there are options about passphrases"
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
