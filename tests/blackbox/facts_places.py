"""Where a daemon and its person meet: folders that vanish, are too deep, are nowhere, or belong to somebody else."""
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import shutil
import signal
import stat
import subprocess

from facts_life import duologd, socket_file
from house import Skipped, eventually, fact, needs
from person import DONE, FAILED, NO_SEARCH_FOR_LEAKS, UNREACHABLE, says_what_is_safe_and_what_to_do
from processes import children_of, state_of

NOBODY, SOMEBODY = 65534, 65533


def in_session(person):
    """Without --home: the XDG folders, as most people have it."""
    for name in ("DUOLOG_HOME",):
        person.environment.pop(name, None)
    person.home = pathlib.Path(person.environment["XDG_DATA_HOME"]) / "duolog"
    return pathlib.Path(person.environment["XDG_RUNTIME_DIR"])


class SessionDaemon:
    """A daemon that is given no --home."""

    def __init__(self, person, *wrapper):
        command = [*wrapper, str(person.house.programs / "duologd"), *person.options]
        self.process = subprocess.Popen(command, env=person.environment, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        eventually("it answers", lambda: person.run("daemon", "status").code == DONE or self.process.poll() is not None)
        assert self.process.poll() is None, self.process.stderr.read()

    def stop(self):
        self.process.terminate()
        said = self.process.communicate(timeout=20)[1].decode()
        assert self.process.returncode == 0, said
        return said


@fact
def a_daemon_whose_runtime_folder_vanishes_is_found_again_without_being_started_anew(house):
    ada = house.person("Ada")
    runtime = in_session(ada)
    daemon = SessionDaemon(ada)
    ada.init()
    written = ada.write("from before the logout")["id"]
    pid, place = ada.status()["pid"], runtime / "duolog" / "control.sock"
    assert stat.S_ISSOCK(place.stat().st_mode)

    place.unlink()  # a tidy-up of temporary files
    eventually("the socket is back", lambda: place.exists() and ada.run("status").code == DONE)
    assert ada.status()["pid"] == pid

    shutil.rmtree(runtime / "duolog")
    eventually("its folder is back", lambda: place.exists() and ada.run("status").code == DONE)
    assert (runtime / "duolog").stat().st_mode & 0o777 == 0o700

    shutil.rmtree(runtime)  # logout
    eventually("it is found beside the database", lambda: ada.run("status").code == DONE)
    assert ada.status()["pid"] == pid and not runtime.exists()
    assert (ada.home / "run" / "control.sock").exists()

    runtime.mkdir(mode=0o700)  # the next login
    assert ada.status()["pid"] == pid and [item["id"] for item in ada.list()] == [written]
    assert "the socket's folder has vanished; listening anew at" in daemon.stop()


@fact
def a_socket_that_vanishes_before_the_daemon_is_ready_is_put_back(house):
    needs("strace", "strace")
    ada = house.person("Ada")
    ada.environment["ASAN_OPTIONS"] = NO_SEARCH_FOR_LEAKS
    place, said = in_session(ada) / "duolog" / "control.sock", house.folder / "strace"
    command = ["strace", "-f", "-o", str(said), "-e", "trace=listen", "-e", "inject=listen:signal=STOP:when=1",
               str(house.programs / "duologd"), *ada.options]
    strace = subprocess.Popen(command, env=ada.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    eventually("it has begun to listen, and stands still",
               lambda: strace.poll() is not None or said.exists() and "stopped by SIGSTOP" in said.read_text())
    if strace.poll() is not None:
        raise Skipped("strace may not trace here")
    (daemon,) = children_of(strace.pid)
    assert state_of(daemon) in "tT", "it does not stand still"
    place.unlink()
    os.kill(daemon, signal.SIGCONT)
    eventually("the socket is back", lambda: place.exists() and ada.run("status").code == DONE)
    assert ada.status()["pid"] == daemon
    os.kill(daemon, signal.SIGTERM)
    assert strace.wait(20) == 0
    assert not place.exists()


@fact
def a_job_without_a_session_finds_the_daemon_of_the_session(house):
    ada = house.person("Ada")
    in_session(ada)
    daemon = SessionDaemon(ada)
    ada.init()
    ada.environment.pop("DUOLOG_NO_AUTOSTART")
    at_night = {name: value for name, value in ada.environment.items() if name != "XDG_RUNTIME_DIR"}
    session, ada.environment = ada.environment, at_night
    assert ada.status()["pid"] == daemon.process.pid, "another one was started, or none found"
    ada.environment = session
    daemon.stop()


@fact
def a_home_deeper_than_a_socket_address_is_long_works_like_any_other(house):
    for length in (90, 107, 108, 109, 200, 500):
        ada = house.person("Ada")
        place = house.folder / "deep"
        while len(str(place / "run" / "control.sock")) < length:
            place /= "d" * min(100, max(1, length - len(str(place / "run" / "control.sock")) - 1))
        place.parent.mkdir(parents=True, exist_ok=True)
        ada.home = place
        ada.environment["DUOLOG_HOME"] = str(place)
        assert len(str(socket_file(ada))) >= length
        ada.start()
        ada.init()
        assert ada.status()["pid"] == ada.daemon.pid
        ada.stop()
        house.people.remove(ada)
        shutil.rmtree(house.folder / "deep")
    ada = house.person("Ada")
    ada.options += ["--home", f"/tmp/{'d' * 200}/{'d' * 200}/{'d' * 88}x"]  # 495 bytes: one too many
    said = refused_to_start(ada)
    assert "is too deep: its name may have 494 bytes; nothing was changed\nhint: name a shorter one" in said, said
    ada.options = ada.options[:-2]


def unprivileged(*command):
    """root obeys no permission bits until it has given up its privileges."""
    if os.getuid():
        return [*command]
    needs("setpriv", "util-linux")
    return ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *command]


def refused_to_start(person, *wrapper, environment=None):
    """What a daemon says that does not start; it must end by itself, with 1, and leave no trace where it may not be."""
    command = [*wrapper, str(person.house.programs / "duologd"), *person.options]
    done = subprocess.run(command, env=environment or person.environment, capture_output=True, timeout=30, check=False)
    said = done.stderr.decode()
    assert done.returncode == 1, f"{done.returncode}: {said}"
    assert "terminate called" not in said and "filesystem error" not in said, said
    says_what_is_safe_and_what_to_do(said)
    return said


@fact
def where_nothing_says_where_home_is_both_programs_say_so(house):
    ada = house.person("Ada")
    in_session(ada)
    bare = {name: ada.environment[name] for name in ("PATH", "LANG", "ASAN_OPTIONS")}
    sentence = "neither --home nor HOME says where duolog's folders are"
    for lost in ({}, {"HOME": ""}, {"HOME": "relative/home"}):
        assert sentence in refused_to_start(ada, environment={**bare, **lost})
        done = subprocess.run([house.programs / "duolog", "status"], env={**bare, **lost}, capture_output=True, check=False)
        assert done.returncode in (FAILED, UNREACHABLE) and sentence.encode() in done.stderr, done
        assert b"hint: " in done.stderr


@fact
def each_way_to_name_the_folders_leads_to_a_daemon_that_answers(house):
    """HOME, XDG_DATA_HOME and XDG_RUNTIME_DIR set, unset, relative, missing, or somebody else's."""
    ada = house.person("Ada")
    in_session(ada)
    full, number = dict(ada.environment), 0
    for runtime in (full["XDG_RUNTIME_DIR"], None, "", "relative/place", str(house.folder / "not there"), "/dev/null"):
        for data in (full["XDG_DATA_HOME"], None, "relative/place"):
            number += 1
            ada.environment = {**full, "HOME": str(house.folder / f"h{number}")}
            pathlib.Path(ada.environment["HOME"]).mkdir()
            for name, value in (("XDG_RUNTIME_DIR", runtime), ("XDG_DATA_HOME", data)):
                if value is None:
                    del ada.environment[name]
                else:
                    ada.environment[name] = value
            daemon = SessionDaemon(ada)
            assert ada.status()["pid"] == daemon.process.pid, (runtime, data)
            daemon.stop()
    ada.environment = full


@fact
def a_folder_that_cannot_be_written_is_named_with_its_cure(house):
    ada = house.person("Ada")
    in_session(ada)
    closed = house.folder / "closed"
    closed.mkdir(mode=0o500)
    for variable in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
        said = refused_to_start(ada, *unprivileged(), environment={**ada.environment, variable: str(closed)})
        assert f"the folder {closed}/duolog cannot be used: Permission denied; nothing was changed\nhint: " in said, said
        assert not list(closed.iterdir())
    file = house.folder / "a file"
    file.write_text("in the way")
    said = refused_to_start(ada, environment={**ada.environment, "XDG_DATA_HOME": str(file)})
    assert f"the folder {file}/duolog cannot be used: " in said and "hint: " in said, said
    assert file.read_text() == "in the way"


# ---- other people on the same machine ----


def as_user(uid, *command):
    if os.getuid():
        raise Skipped("only root can be two other users")
    needs("setpriv", "util-linux")
    wrapper = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--inh-caps=-all"]
    return [*wrapper, *command]


def may_run_ours(house, uid):
    if subprocess.run(as_user(uid, "test", "-x", str(house.programs / "duologd")), check=False).returncode:
        raise Skipped("other users may not run the programs of this build")


def hears(path, uid, request=b"\x05\0\0\0\x08\x01\x52\0\x18"):
    """What a caller of this user hears at the socket, after saying something: bytes, or why it was not let in."""
    caller = ("import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.settimeout(10)\n"
              "try:\n s.connect(sys.argv[1])\nexcept OSError as why:\n print(type(why).__name__);sys.exit()\n"
              "try:\n s.sendall(bytes.fromhex(sys.argv[2]));print('heard',s.recv(100).hex())\n"
              "except OSError as why: print('heard',type(why).__name__)\n")
    done = subprocess.run(as_user(uid, "/usr/bin/python3", "-c", caller, str(path), request.hex()), cwd="/",
                          capture_output=True, check=True)
    return done.stdout.decode().strip()


STATUS = b"\x04\0\0\0" + b"\x08\x01\x52\0"


@fact
def another_user_is_not_let_in_even_where_every_door_stands_open(house):
    ada = house.resident("Ada")
    place = socket_file(ada)
    house.folder.chmod(0o755)
    assert hears(place, NOBODY, STATUS) == "PermissionError", "the folders keep others out"
    for folder in (ada.folder, ada.home, ada.home / "run"):
        folder.chmod(0o755)
    place.chmod(0o666)
    said = hears(place, NOBODY, STATUS)
    assert said in ("heard", "heard ConnectionResetError", "heard BrokenPipeError"), said
    own = hears(place, 0, STATUS)
    assert len(own) > len("heard") + 20, f"its owner is answered, so the question was a good one: {own}"
    for folder in (ada.folder, ada.home, ada.home / "run", house.folder):
        folder.chmod(0o700)


@fact
def nothing_is_said_to_another_users_daemon(house):
    """A stranger's process sits where the socket should be: neither a text nor a passphrase goes to it."""
    ada = house.resident("Ada")
    ada.stop()
    house.folder.chmod(0o755)
    for folder in (ada.folder, ada.home):
        folder.chmod(0o755)
    shutil.rmtree(ada.home / "run")
    (ada.home / "run").mkdir()
    os.chmod(ada.home / "run", 0o777)
    place = socket_file(ada)
    listen = ("import socket,sys\ns=socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\ns.listen()\n"
              "print('up',flush=True)\nwhile True:\n c,_=s.accept();print('heard',c.recv(1000).hex(),flush=True)\n")
    stranger = subprocess.Popen(as_user(NOBODY, "/usr/bin/python3", "-c", listen, str(place)), cwd="/",
                                stdout=subprocess.PIPE)
    try:
        assert stranger.stdout.readline() == b"up\n"
        os.chmod(place, 0o666)
        for command in (["write", "--", "to nobody but my own"], ["status"], ["list"]):
            answer = ada.duolog(*command, expect=UNREACHABLE)
            assert "another user's process answers there" in answer.said and "hint: " in answer.said, answer.said
            assert stranger.stdout.readline() == b"heard \n", "something was said to it"
    finally:
        stranger.kill()
        stranger.communicate()
        for folder in (ada.home, ada.folder, house.folder):
            folder.chmod(0o700)


@fact
def a_home_that_others_could_change_is_refused_with_its_cure(house):
    ada = house.resident("Ada")
    ada.stop()
    ada.options += ["--home", str(ada.home)]
    before = {path: path.read_bytes() for path in ada.home.iterdir() if path.is_file()}
    for mode in (0o777, 0o770, 0o702):
        ada.home.chmod(mode)
        said = refused_to_start(ada)
        assert f"{ada.home} can be written by others; nothing was changed\nhint: chmod go-w" in said, said
    ada.home.chmod(0o700)
    link = ada.folder / "link"
    link.symlink_to(ada.home)
    ada.options[-1] = str(link)
    assert "is a symbolic link; nothing was changed\nhint: name the folder it leads to" in refused_to_start(ada)
    ada.options[-1] = str(ada.home)
    if os.getuid() == 0:
        os.chown(ada.home, NOBODY, NOBODY)
        assert f"{ada.home} belongs to another user (uid {NOBODY}); nothing was changed\nhint: " in refused_to_start(ada)
        os.chown(ada.home, 0, 0)
    shutil.rmtree(ada.home / "run")
    (ada.home / "run").symlink_to(ada.folder / "tmp")
    assert "run is a symbolic link" in refused_to_start(ada)
    assert not list((ada.folder / "tmp").iterdir()), "something was made behind the link"
    (ada.home / "run").unlink()
    assert {path: path.read_bytes() for path in ada.home.iterdir() if path.is_file()} == before, "a refusal changed a file"
    ada.options = ada.options[:-2]
    ada.start()


@fact
def whatever_the_callers_umask_what_is_made_is_for_its_owner_alone(house):
    for name, umask in (("Ada", 0o000), ("Bo", 0o777), ("Cy", 0o277)):
        someone = house.person(name)
        someone.environment.pop("DUOLOG_NO_AUTOSTART")
        before = os.umask(umask)
        try:
            someone.init("--device", "desk")  # starts the daemon, which inherits it
        finally:
            os.umask(before)
        someone.write(f"{name} writes under a strange umask")
        looked = 0
        for place, folders, files in os.walk(someone.home):
            for entry in [*folders, *files]:
                path = pathlib.Path(place, entry)
                found = path.lstat()
                wanted = 0o700 if stat.S_ISDIR(found.st_mode) else 0o600
                assert found.st_mode & 0o777 == wanted, f"{path}: {found.st_mode & 0o777:o} under umask {umask:o}"
                looked += 1
        assert looked >= 6
        pid = someone.status()["pid"]
        umask_line = next(line for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
                          if line.startswith("Umask"))
        assert umask_line.split()[1] == "0077"
        someone.duolog("daemon", "stop")
        eventually("it is gone", lambda: os.waitpid(pid, os.WNOHANG) != (0, 0))
