"""The life of a daemon: who wins, what a dead or a hanging one leaves behind, and being asked to stop at any moment."""
# SPDX-License-Identifier: GPL-3.0-or-later
import collections
import fcntl
import os
import pathlib
import random
import re
import resource
import signal
import socket
import subprocess
import threading
import time

import control
from house import NIGHTLY, children, eventually, fact, needs
from person import DONE, FAILED, NO_SEARCH_FOR_LEAKS, UNREACHABLE, Daemon
from processes import alive, field_of, state_of

ALREADY_RUNNING = 75
STOPS_WITHIN = 2.0


def program(person, name, *arguments):
    return [str(person.house.programs / name), *arguments]


def duologd(person, *wrapper, **how):
    """A daemon that is not waited for, what it says kept apart from what others say."""
    command = [*wrapper, *program(person, "duologd", "--home", str(person.home), *person.options)]
    return subprocess.Popen(command, env=person.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, **how)


def all_at_once(actions):
    """Runs them in threads; their results in order. The first exception is raised here."""
    results, troubles = [None] * len(actions), []

    def one(place, action):
        try:
            results[place] = action()
        except BaseException as trouble:
            troubles.append(trouble)

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise troubles[0]
    return results


def nobody_but(winner, losers):
    for loser in losers:
        said = loser.communicate(timeout=20)[1].decode()
        assert loser.returncode == ALREADY_RUNNING, f"{loser.returncode}: {said}"
        assert f"already running here (pid {winner.pid}); this one changed nothing\nhint: duolog daemon" in said, said


@fact
def of_ten_daemons_at_once_one_wins_and_the_others_name_it(house):
    ada = house.resident("Ada")
    written = ada.write("there before the crowd came")["id"]
    ada.stop()
    for _ in range(200 if NIGHTLY else 4):
        crowd = [duologd(ada) for _ in range(10)]
        eventually("nine have given up", lambda: sum(d.poll() is not None for d in crowd) >= 9, 60)
        winner = next(d for d in crowd if d.poll() is None)
        nobody_but(winner, [d for d in crowd if d is not winner])
        eventually("the winner answers", lambda: ada.run("daemon", "status").code == DONE)
        assert ada.status()["pid"] == winner.pid
        winner.terminate()
        assert winner.wait(20) == 0 and not winner.communicate()[1]
    ada.start()
    assert [item["id"] for item in ada.list()] == [written]


@fact
def a_service_manager_does_not_start_again_what_gave_way_to_another_daemon(house):
    """Whoever comes second ends with the code that the unit names, and with no other is anything given up."""
    unit = (pathlib.Path(__file__).resolve().parents[2] / "packaging" / "duologd.service").read_text()
    never_again = re.search(r"^RestartPreventExitStatus=(.*)$", unit, re.M)[1].split()
    assert re.search(r"^Restart=on-failure$", unit, re.M) and never_again == [str(ALREADY_RUNNING)], never_again
    ada = house.resident("Ada")
    nobody_but(ada.daemon, [duologd(ada)])


@fact
def commands_and_daemons_at_once_meet_at_one_daemon(house):
    ada = house.resident("Ada")
    ada.stop()
    ada.environment.pop("DUOLOG_NO_AUTOSTART")
    for _ in range(20 if NIGHTLY else 2):
        crowd = [duologd(ada) for _ in range(3)]
        pids = {status["pid"] for status in all_at_once([ada.status] * 6)}
        assert len(pids) == 1, f"six commands were answered by {pids}"
        for daemon in crowd:
            if daemon.pid in pids:
                continue
            said = daemon.communicate(timeout=20)[1].decode()
            assert daemon.returncode == ALREADY_RUNNING and "already running here" in said, said
        ada.duolog("daemon", "stop")
        eventually("it is gone", lambda: not any(alive(pid) for pid in pids if pid not in [d.pid for d in crowd]))
        for daemon in crowd:
            daemon.communicate(timeout=20)

    def all_gone():  # one that a command started may come up after the stop
        ada.run("daemon", "stop")
        return all(os.waitpid(pid, os.WNOHANG)[0] == pid for pid in children())

    eventually("the last one is gone", all_gone)


def answers(person):
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(socket_file(person))) == 0


@fact
def a_daemon_is_gone_when_it_is_said_to_have_stopped(house):
    ada, bo = house.two()
    with bo.held_still():  # Ada's daemon waits for him to close
        assert "has stopped" in ada.duolog("daemon", "stop").text
        with (ada.home / "lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # who copies the home now copies one that nobody writes in
    daemon, ada.daemon = ada.daemon, None
    assert daemon.stop_by_itself() == 0


@fact
def a_command_brings_up_the_next_daemon_while_the_last_one_still_ends(house):
    ada, bo = house.two()
    ada.environment.pop("DUOLOG_NO_AUTOSTART")
    with bo.held_still():
        ending, ada.daemon = ada.daemon, None
        ending.process.send_signal(signal.SIGTERM)
        eventually("it answers nobody", lambda: not answers(ada))
        assert ending.process.poll() is None, "it had ended before"
        ada.write("for whoever comes up next")
        assert ending.stop_by_itself() == 0
    eventually("Bo has it", lambda: "for whoever comes up next" in bo.texts())
    ada.duolog("daemon", "stop")


# ---- what is left behind ----


def socket_file(person):
    return person.home / "run" / "control.sock"


def whose(file):
    """Another file of the same name may get the same number; not the same birthday."""
    found = file.stat()
    return found.st_ino, found.st_ctime_ns


@fact
def what_a_killed_daemon_left_is_neither_taken_for_a_daemon_nor_for_somebody_elses(house):
    ada = house.resident("Ada")
    ada.write("before the lights went out")
    ada.kill()
    left = whose(socket_file(ada))
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(str(socket_file(ada)))
            raise AssertionError("the daemon is not dead")
        except ConnectionRefusedError:
            pass
    bystander = subprocess.Popen(["sleep", "60"])  # has the dead daemon's number by now
    for lock in (ada.home / "lock", ada.home / "run" / "lock"):
        lock.write_text(f"{bystander.pid}\n")
    answer = ada.duolog("list", expect=UNREACHABLE)
    assert "the daemon is not running; what was saved is safe on the disk" in answer.said and "hint: " in answer.said
    ada.start()
    assert ada.texts() == ["before the lights went out"]
    assert whose(socket_file(ada)) != left, "a socket of its own"
    assert (ada.home / "lock").read_text().split()[0] == str(ada.daemon.pid)
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


@fact
def a_daemon_that_hangs_is_said_to_hang_and_is_left_alone(house):
    ada = house.resident("Ada")
    before = whose(socket_file(ada))
    os.kill(ada.daemon.pid, signal.SIGSTOP)
    eventually("it is stopped", lambda: state_of(ada.daemon.pid) == "T")

    def hangs(*command, within=15, **how):
        began = time.monotonic()
        answer = ada.duolog(*command, expect=UNREACHABLE, **how)
        assert time.monotonic() - began < within, f"{command} took {time.monotonic() - began:.0f} s to say so"
        assert re.search(r"the daemon hangs: no answer for \d+ seconds", answer.said), answer.said
        assert "hint: what was saved is safe; wait a little, or end the duologd process" in answer.said, answer.said
        return answer.said

    try:
        commands = [["status"], ["list"], [], ["sync"], ["pair", "--yes"], ["watch"], ["daemon", "start"],
                    ["daemon", "status"], ["daemon", "stop"], ["lock"], ["checkin", "--set", "connection=7"]]
        actions = [lambda c=command: hangs(*c) for command in commands]
        actions.append(lambda: hangs("doctor", within=40))  # looks at the whole disk
        actions.append(lambda: hangs("write", stdin=b"is this saved or not", within=40))
        said = all_at_once(actions)[-1]
        assert "duolog list" in said, "whether it was saved is not known, and that is said"
        second = duologd(ada)
        nobody_but(ada.daemon, [second])
        assert whose(socket_file(ada)) == before, "the socket of a living daemon was taken away"
        assert state_of(ada.daemon.pid) == "T", "it was neither killed nor woken"
    finally:
        os.kill(ada.daemon.pid, signal.SIGCONT)
    assert ada.daemon.process.wait(20) == 0, "`daemon stop` was among them, and is done as soon as it can be"
    ada.stop()
    ada.start()
    assert ada.status()["initialised"] is True


@fact
def a_daemon_that_hangs_with_its_door_crowded_is_said_to_hang(house):
    ada = house.resident("Ada")
    resource.setrlimit(resource.RLIMIT_NOFILE, (6000, max(6000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    os.kill(ada.daemon.pid, signal.SIGSTOP)
    callers = []
    try:
        while True:
            callers.append(socket.socket(socket.AF_UNIX))
            callers[-1].setblocking(False)
            callers[-1].connect(str(socket_file(ada)))
    except BlockingIOError:
        pass  # no more fit: this is the fault
    answer = ada.duolog("status", expect=UNREACHABLE)
    assert "the daemon hangs" in answer.said and "hint: what was saved is safe; wait a little" in answer.said, answer.said
    os.kill(ada.daemon.pid, signal.SIGCONT)
    for caller in callers:
        caller.close()
    eventually("it answers again", lambda: ada.run("status").code == DONE)


# ---- being asked to stop ----


@fact
def whatever_asks_a_daemon_to_stop_it_stops_in_order(house):
    ada, bo = house.two()
    for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        began = time.monotonic()
        ada.daemon.process.send_signal(how)
        assert ada.daemon.process.wait(10) == 0, how
        assert time.monotonic() - began < STOPS_WITHIN, f"{how!r}: {time.monotonic() - began:.1f} s"
        assert not socket_file(ada).exists(), "its door is gone with it"
        eventually("Bo was told", lambda: not bo.status()["peers"][0]["connected"], 5)
        ada.stop()
        ada.start()
    assert "stopped" in (ada.home / "notes.log").read_text()


@fact
def a_daemon_under_nohup_outlives_the_terminal(house):
    needs("nohup", "coreutils")
    ada = house.resident("Ada")
    ada.stop()
    daemon = duologd(ada, "nohup")
    eventually("it answers", lambda: ada.run("status").code == DONE)
    daemon.send_signal(signal.SIGHUP)
    assert ada.status()["pid"] == daemon.pid
    daemon.terminate()
    assert daemon.wait(10) == 0
    daemon.communicate()


@fact
def a_second_ctrl_c_changes_nothing_about_the_first(house):
    ada = house.resident("Ada")
    ada.stop()
    for pause in (0.0, 0.001, 0.005, 0.02, 0.05, 0.1):
        daemon = ada.start()
        daemon.process.send_signal(signal.SIGINT)
        until = time.monotonic() + pause
        while time.monotonic() < until and daemon.process.poll() is None:
            daemon.process.send_signal(signal.SIGINT)
        daemon.process.send_signal(signal.SIGTERM)
        ada.stop()  # asserts exit code 0


@fact
def a_daemon_with_its_hands_full_stops_within_two_seconds(house):
    ada, bo = house.two()
    stop, saved = threading.Event(), []

    def writer(number):
        with control.Control(ada) as door:
            for n in range(1_000_000):
                if stop.is_set():
                    return
                text = f"writer {number} wrote sentence {n} of many"
                try:
                    reply = dict(control.fields(door.ask(control.request(control.WRITE, control.field(1, text)))[0]))
                except (AssertionError, OSError):
                    return  # the daemon has left in the middle of this one
                assert 14 in reply, reply
                saved.append(text)

    def reader():
        with control.Control(ada) as door:
            try:
                while not stop.is_set():
                    door.ask(control.request(control.LIST))
            except (AssertionError, OSError):
                return

    hands = [threading.Thread(target=writer, args=(n,)) for n in range(3)] + [threading.Thread(target=reader)]
    for hand in hands:
        hand.start()
    eventually("it is busy", lambda: len(saved) > 200, 60)
    began = time.monotonic()
    ada.daemon.process.send_signal(signal.SIGTERM)
    assert ada.daemon.process.wait(20) == 0
    took = time.monotonic() - began
    stop.set()
    for hand in hands:
        hand.join()
    assert took < STOPS_WITHIN, f"it took {took:.1f} s"
    ada.stop()
    ada.start()
    assert set(saved) <= set(ada.texts("-n", "1000000")), "what was acknowledged is there"
    eventually("Bo has it all", lambda: set(saved) <= set(bo.texts("-n", "1000000")), 60)


@fact
def asked_to_stop_while_it_locks_it_stops(house):
    ada = house.person("Ada")
    ada.start()
    place = ada.passphrase_file("the bridge at four in the morning")
    house.secrets.words(ada.duolog("init", "--name", "Ada", "--yes", "--json", "--passphrase-file", place).object["words"])
    outcomes = collections.Counter()
    notes = ada.home / "notes.log"
    locked_first = 0
    for turn in range(100):
        if turn >= (40 if NIGHTLY else 8) and locked_first > 0:
            break
        with control.Control(ada) as door:
            door.send(control.request(control.LOCK))
            time.sleep(0)  # the order of the two is the machine's
            until = time.monotonic() + turn * 0.004
            while time.monotonic() < until:
                pass
            ada.daemon.process.send_signal(signal.SIGTERM)
        code = ada.daemon.process.wait(10)
        # -15: in the moment between the kernel's start of the new image and its first line; nothing is open then.
        assert code in (0, -signal.SIGTERM), code
        outcomes[code] += 1
        ada.kill()
        ada.start()
        ada.duolog("unlock", "--passphrase-file", place)
        locked_first = notes.read_text().count("locked: running anew")
    print(f"asked to stop while locking: {dict(outcomes)}; {locked_first} times it had begun to lock")
    assert locked_first > 0, "never did the lock come first"


# ---- asked to stop in the middle of starting ----


MEMORY = ("mmap", "munmap", "mprotect", "madvise", "mremap", "brk", "futex")  # the allocator's, never twice the same


def steps_of(trace):
    """(system call, how many of its kind so far) in the order they were made, until it is ready."""
    seen = collections.Counter()
    steps = []
    for line in trace.read_text(errors="replace").splitlines():
        if 'write(1, "duologd: ready' in line:
            break
        match = re.match(r"\d+ +[\d.]+ ([a-z0-9_]+)\(", line)
        if match:
            seen[match[1]] += 1
            steps.append((match[1], seen[match[1]]))
    return [step for step in steps if step[0] not in MEMORY]


def traced(person, trace, *injection):
    needs("strace", "strace")
    return duologd(person, "strace", "-f", "-ttt", "-o", str(trace), "-e", "signal=all", *injection)


class NeverCame(Exception):
    pass


def asked_to_stop_at(person, trace, step):
    """Starts a daemon that is asked to stop in the middle of this system call. True: main's first line was behind it."""
    trace.write_text("")
    tracer = traced(person, trace, "-e", f"inject={step[0]}:signal=SIGTERM:when={step[1]}")
    eventually(f"asked to stop in {step}, it stops", lambda: tracer.poll() is not None or waits(trace))
    if "--- SIGTERM" not in trace.read_text(errors="replace"):
        if tracer.poll() is None and not is_asked(person):
            os.kill(int((person.home / "lock").read_text().split()[0]), signal.SIGTERM)
            tracer.communicate(timeout=20)
            raise NeverCame(step)
        # From the moment it listens for signals they come as something to be read.
        tracer.communicate(timeout=20)
        assert tracer.returncode == 0, f"asked to stop in {step} it ended with {tracer.returncode}"
        return True
    try:
        said = tracer.communicate(timeout=20)[1].decode()
    except subprocess.TimeoutExpired:
        os.kill(int((person.home / "lock").read_text().split()[0]), signal.SIGKILL)
        tracer.communicate()
        raise AssertionError(f"asked to stop in {step}, it still runs after 20 s") from None
    lines = trace.read_text(errors="replace").splitlines()
    asked = next(n for n, line in enumerate(lines) if "--- SIGTERM" in line)
    ready_to_be_asked = any(re.search(r"rt_sigaction\(SIGTERM, \{sa_handler=0x", line) for line in lines[:asked])
    # Before main's first line there is nothing to close: the kernel's own way to end a program is clean.
    assert tracer.returncode == 0 or (not ready_to_be_asked and tracer.returncode in (-15, 128 + 15)), (
        f"asked to stop in {step} it ended with {tracer.returncode}: {said}")
    took = float(lines[-1].split()[1]) - float(lines[asked].split()[1])
    assert took < STOPS_WITHIN, f"asked to stop in {step} it took {took:.1f} s"
    return ready_to_be_asked


def is_asked(person):
    """A SIGTERM waits for it, or it has heard it and is gone."""
    try:
        pending = int(field_of(int((person.home / "lock").read_text().split()[0]), "ShdPnd:")[0], 16)
    except OSError:
        return True
    return bool(pending & 1 << (signal.SIGTERM - 1))


def waits(trace):
    """It has come up, and waits for somebody."""
    return re.search(r"epoll_wait\([^)]*$", trace.read_text(errors="replace").rstrip()) is not None


def every_step_of_starting(person, trace):
    daemon = traced(person, trace)
    eventually("it answers", lambda: person.run("status").code == DONE, 40)
    pid = person.status()["pid"]
    os.kill(pid, signal.SIGTERM)
    assert daemon.wait(20) == 0
    daemon.communicate()
    return steps_of(trace)


@fact
def asked_to_stop_at_any_step_of_starting_it_stops_and_the_next_start_is_clean(house):
    needs("strace", "strace")
    ada = house.resident("Ada")
    written = ada.write("there before all the false starts")["id"]
    ada.stop()
    ada.environment["ASAN_OPTIONS"] = NO_SEARCH_FOR_LEAKS
    trace = house.folder / "trace"
    steps = every_step_of_starting(ada, trace)
    chance = random.Random(20261122)
    early, late = steps[:len(steps) // 3], steps[len(steps) // 3:]
    chosen = chance.sample(early, 3) + chance.sample(late, 200 if NIGHTLY else 21)
    ready, never = [], 0
    for step in chosen:
        try:
            ready.append(asked_to_stop_at(ada, trace, step))
        except NeverCame:  # no two starts are quite alike
            never += 1
    print(f"asked at {len(ready)} of {len(steps)} steps, {sum(ready)} of them after main's first line; {never} never came")
    assert sum(ready) > len(chosen) // 3 and never < len(chosen) // 4
    ada.start()
    assert [item["id"] for item in ada.list()] == [written]
    findings = ada.json("doctor")[0]["findings"]
    assert not [f for f in findings if f["severity"] == "problem"], findings


PHASES = {
    "the lock": r" flock\(",
    "the database": r' openat\(.*/duolog\.db"',
    "the vault": r' openat\(.*/vault"',
    "the view": r' openat\(.*/view\.db"',
    "its port": r" bind\(.*AF_INET",
    "its socket": r" bind\(.*AF_UNIX",
    "its door": r" listen\(",
    "being ready": r' sendmsg\(.*"READY=1',
}


def call_of(trace, phase):
    """The system call with which this phase begins, and how many of its kind came so far."""
    seen = collections.Counter()
    for line in trace.read_text(errors="replace").splitlines():
        match = re.match(r"\d+ +[\d.]+ ([a-z0-9_]+)\(", line)
        if match:
            seen[match[1]] += 1
            if re.search(phase, line):
                return match[1], seen[match[1]]
    raise AssertionError(f"a start never came to {phase}")


@fact
def asked_to_stop_in_each_phase_of_starting_it_stops_and_the_next_start_is_clean(house):
    needs("strace", "strace")
    ada = house.resident("Ada")
    written = ada.write("there before each of the false starts")["id"]
    ada.stop()
    ada.environment["ASAN_OPTIONS"] = NO_SEARCH_FOR_LEAKS
    trace = house.folder / "trace"
    place = ada.folder / "notify"
    for name, phase in PHASES.items():
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service_manager:  # a few letters fit; none is read
            service_manager.bind(str(place))
            ada.environment["NOTIFY_SOCKET"] = str(place)
            every_step_of_starting(ada, trace)  # and a good end, so that the next start is like this one
            step = call_of(trace, phase)
            ready = asked_to_stop_at(ada, trace, step)
        place.unlink()
        lines = trace.read_text(errors="replace").splitlines()
        assert ready and any(re.search(phase, line) for line in lines), f"it was asked elsewhere than at {name}, {step}"
    del ada.environment["NOTIFY_SOCKET"]
    ada.start()
    assert [item["id"] for item in ada.list()] == [written]
    findings = ada.json("doctor")[0]["findings"]
    assert not [f for f in findings if f["severity"] == "problem"], findings


@fact
def asked_to_stop_while_the_first_folders_are_made_leaves_a_home_that_can_be_set_up(house):
    needs("strace", "strace")
    ada = house.person("Ada")
    ada.environment["ASAN_OPTIONS"] = NO_SEARCH_FOR_LEAKS
    trace = house.folder / "trace"
    steps = [("mkdir", 1), ("mkdir", 2), ("fsync", 1), ("flock", 1), ("flock", 2), ("bind", 1), ("listen", 1)]
    fired = 0
    for step in steps:
        try:
            fired += asked_to_stop_at(ada, trace, step)
        except NeverCame:
            pass
        subprocess.run(["rm", "-rf", str(ada.home)], check=True)
    assert fired >= 5, f"only {fired} of the steps came"
    ada.start()
    ada.init()
