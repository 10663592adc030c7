"""rows.py: one function for each row of the table. Each takes its samples in turns, so that whatever else the machine does
meets all who are compared."""
# SPDX-License-Identifier: GPL-3.0-or-later
import contextlib
import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import time

from figures import Row
from homes import (ENTRY_BYTES, Daemon, Homes, Minimal, MinimalHomes, Talk, copied, cpu_seconds, eventually, free_port,
                   under_way, wait_until_free)

QUIET_MS = 400  # after so long without a frame, two daemons have nothing more to say


def milliseconds(work):
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def spawn(command, environment):
    """From fork to exit, of a program that is expected to do well."""
    process = os.posix_spawn(command[0], command, environment, file_actions=[
        (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 0, f"{command} ended with {status}"


def a_write(bench, sizes):
    """(a) The whole process, from fork to exit: 500 bytes, durable."""
    row = Row("a", "duolog write, whole process", "ms", 0.5, "plain",
              "plain: sqlite3 FILE 'insert …', synchronous=FULL, rollback journal; minimal: client and daemon of the pair")
    pair = Homes(bench, sizes.short, sizes.apart).behind().copy("write")
    folder = MinimalHomes(bench, sizes.short, sizes.apart).copy("write-minimal", "behind")
    plain = bench.folder / "copies" / "plain.db"
    shell = shutil.which("sqlite3")
    if shell:
        bench.run(shell, str(plain), "create table entry (id integer primary key, text text)")
    daemon, minimal = pair.start("ada"), Minimal(bench, folder, "a")
    text = "x" * ENTRY_BYTES
    for _ in range(sizes.writes):
        row.add("ours", milliseconds(lambda: spawn(
            [bench.program("duolog"), "--home", str(pair.ada), "write", text], bench.environment)))
        row.add("minimal", milliseconds(lambda: spawn(
            [bench.program("duolog_bench_minimal"), "write", str(minimal.socket), text], bench.environment)))
        if shell:
            row.add("plain", milliseconds(lambda: spawn(
                [shell, str(plain), f"pragma synchronous=FULL; insert into entry (text) values ('{text}')"],
                bench.environment)))
    minimal.stop()
    daemon.stop()
    return [row]


def b_latency(bench, sizes):
    """(b) Written here, read there: both idle, both durable."""
    returned = Row("b", "write returned here → event there", "µs", 1.5, "minimal", "both durable, both idle before")
    sent = Row("b'", "write asked here → event there", "µs", 1.5, "minimal", "the same, from the request on")
    asked = Row("b\"", "write asked here → saved here", "µs", None, "minimal", "the first leg alone")
    pair = Homes(bench, sizes.middle, sizes.apart).equal().copy("latency")
    folder = MinimalHomes(bench, sizes.middle, sizes.apart).copy("latency-minimal", "equal")
    ada, bo = pair.start("ada"), pair.start("bo")
    port = free_port()
    one = Minimal(bench, folder, "a", f"listen={port}")
    two = Minimal(bench, folder, "b", f"dial={port}")
    two.says("connected")
    with Talk(bo) as there:
        eventually("both are in step", lambda: there.sync() == (True, True))
    ours = ("duolog", pair.ada / "run" / "control.sock", pair.bo / "run" / "control.sock")
    theirs = ("minimal", one.socket, two.socket)
    for _ in range(sizes.batches):
        for column, how in (("ours", ours), ("minimal", theirs)):
            said = bench.run(bench.program("duolog_bench_probe"), "latency", *map(str, how), str(sizes.in_batch),
                             str(ENTRY_BYTES))
            for line in said.splitlines():
                saved, event = map(float, line.split())
                returned.add(column, max(event - saved, 1.0))
                sent.add(column, event)
                asked.add(column, saved)
    for process in (one, two, ada, bo):
        process.stop()
    return [returned, sent, asked]


def c_first_sync(bench, sizes):
    """(c) Everything, to a device that holds nothing: each entry verified, durable and opened."""
    rate = Row("c", f"first sync of {sizes.long} entries", "entries/s", 0.9, "minimal",
               "from the connection until all are verified, durable and opened", "more")
    work = Row("c'", "the same, processor time of both daemons", "µs/entry", None, "minimal")
    homes, minimal = Homes(bench, sizes.long, sizes.apart), MinimalHomes(bench, sizes.long, sizes.apart)
    homes.behind()
    for _ in range(sizes.syncs):
        pair = homes.behind().copy("first")
        ada, bo = pair.start("ada"), pair.start("bo")
        before = cpu_seconds(ada.pid) + cpu_seconds(bo.pid)
        with Talk(bo) as there:
            eventually("they are connected", lambda: there.sync()[0])
            began = time.monotonic()
            before = cpu_seconds(ada.pid) + cpu_seconds(bo.pid)
            eventually("they are in step", lambda: there.sync() == (True, True), 300, 0.005)
            eventually("all is opened", lambda: there.records() >= sizes.long, 60, 0.01)
            took = time.monotonic() - began
            spent = cpu_seconds(ada.pid) + cpu_seconds(bo.pid) - before
        rate.add("ours", sizes.long / took)
        work.add("ours", spent / sizes.long * 1e6)
        bo.stop()
        ada.stop()

        folder = minimal.copy("first-minimal", "behind")
        port = free_port()
        one = Minimal(bench, folder, "a", f"listen={port}")
        before = cpu_seconds(one.pid)
        two = Minimal(bench, folder, "b", f"dial={port}", f"until={sizes.long}")
        began = two.says("connected")
        took = two.says("held") - began
        spent = cpu_seconds(one.pid) - before + cpu_seconds(two.pid)
        rate.add("minimal", sizes.long / took)
        work.add("minimal", spent / sizes.long * 1e6)
        two.stop()
        one.stop()
    return [rate, work]


class Relay:
    """Between two daemons: counts frames, and is read when they have fallen silent."""

    def __init__(self, bench, port, to):
        self.process = subprocess.Popen([bench.program("duolog_bench_probe"), "relay", str(port), str(to), str(QUIET_MS)],
                                        stdout=subprocess.PIPE, text=True)
        bench.started.append(self.process)
        assert self.process.stdout.readline() == "listening\n"

    def frames(self):
        """(microseconds, direction, bytes on the wire) of each frame."""
        said, _ = self.process.communicate(timeout=120)
        assert self.process.returncode == 0, "the relay failed"
        return [(float(at), way, int(size)) for at, way, size in (line.split() for line in said.splitlines())]


def meeting(bench, pair):
    """The frames of ours when two homes meet; without the three of the handshake."""
    inner = free_port()
    ada = Daemon(bench, pair.ada, inner)
    relay = Relay(bench, pair.ports["ada"], inner)
    bo = Daemon(bench, pair.bo, free_port())
    frames = relay.frames()
    bo.process.kill()
    ada.process.kill()
    bo.process.wait()
    ada.process.wait()
    return frames[3:]


def minimal_meeting(bench, folder):
    inner, outer = free_port(), free_port()
    one = Minimal(bench, folder, "a", f"listen={inner}")
    relay = Relay(bench, outer, inner)
    two = Minimal(bench, folder, "b", f"dial={outer}")
    frames = relay.frames()
    two.stop()
    one.stop()
    return frames


def own_bytes(database):
    """The mean of what a record is by itself: head and body."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?immutable=1", uri=True)) as connection:
        return connection.execute("select avg(length(head) + length(body)) from (select head, body from record "
                                  "where body is not null order by place desc limit 50)").fetchone()[0]


def turns(frames):
    """How often the direction changes, the first frame included: two are one round trip."""
    return sum(1 for i, frame in enumerate(frames) if i == 0 or frame[1] != frames[i - 1][1])


def d_diverged(bench, sizes):
    """(d) Both hold the same long journal and have since written 100 entries each."""
    homes, minimal = Homes(bench, sizes.long, sizes.apart), MinimalHomes(bench, sizes.long, sizes.apart)
    carried = Row("d", f"diverged by {sizes.apart} on {sizes.long}: bytes", "bytes", 1.0, "plain",
                  "after the handshake, both directions; plain: 1.1 × the records' own bytes + 2 KB")
    time_row = Row("d'", "the same: first frame to last receipt", "ms", 2.0, "minimal")
    allowed = None
    for _ in range(sizes.meetings):
        pair = homes.apart().copy("apart")
        if allowed is None:
            allowed = 1.1 * 2 * sizes.apart * own_bytes(pair.ada / "duolog.db") + 2048
        frames = meeting(bench, pair)
        carried.add("ours", sum(size for _, _, size in frames))
        carried.add("plain", allowed)
        time_row.add("ours", (frames[-1][0] - frames[0][0]) / 1000)
        frames = minimal_meeting(bench, minimal.copy("apart-minimal", "apart"))
        carried.add("minimal", sum(size for _, _, size in frames))
        time_row.add("minimal", (frames[-1][0] - frames[0][0]) / 1000)
    return [carried, time_row]


def e_equal(bench, sizes):
    """(e) Nothing is new on either side."""
    homes = Homes(bench, sizes.long, sizes.apart)
    carried = Row("e", "two equal peers meet: bytes", "bytes", 1536, None, "after the handshake, both directions")
    trips = Row("e'", "the same: round trips", "round trips", 1, None)
    for _ in range(sizes.meetings):
        frames = meeting(bench, homes.equal().copy("equal"))
        carried.add("ours", sum(size for _, _, size in frames))
        trips.add("ours", turns(frames) / 2)
    return [carried, trips]


def f_stranger(bench, sizes):
    """(f) A first message that fits none of eight psks."""
    row = Row("f", "a stranger's refused first message, 8 epochs", "µs", 0.75, "minimal", "minimal: one X25519")
    for line in bench.run(bench.program("duolog_bench_stranger"), str(sizes.strangers)).splitlines():
        refused, agreed = map(float, line.split())
        row.add("ours", refused)
        row.add("minimal", agreed)
    return [row]


def status_of(pid, *keys):
    lines = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return [int(lines[key].split()[0]) for key in keys]


def g_idle(bench, sizes):
    """(g) Two daemons with a long journal each, connected, nobody there."""
    memory = Row("g", f"idle, {sizes.middle} entries: resident memory", "MB", 24, None, "VmRSS, libraries included")
    own = Row("g'", "the same: memory that is not files", "MB", None, None, "RssAnon")
    cpu = Row("g\"", "the same: processor", "%", 0.05, None)
    wakes = Row("g*", "the same: wake-ups", "a minute", 10, None, "voluntary switches; one peer")
    pair = Homes(bench, sizes.middle, sizes.apart).equal().copy("idle")
    ada, bo = pair.start("ada"), pair.start("bo")
    with Talk(bo) as there:
        eventually("both are in step", lambda: there.sync() == (True, True))
    time.sleep(2.0)  # what a start and a meeting leave to be done is done
    before = {daemon: (cpu_seconds(daemon.pid), *status_of(daemon.pid, "voluntary_ctxt_switches"))
              for daemon in (ada, bo)}
    began = time.monotonic()
    time.sleep(sizes.idle_seconds)
    took = time.monotonic() - began
    for daemon in (ada, bo):
        resident, anonymous, switches = status_of(daemon.pid, "VmRSS", "RssAnon", "voluntary_ctxt_switches")
        memory.add("ours", resident / 1024)
        own.add("ours", anonymous / 1024)
        cpu.add("ours", (cpu_seconds(daemon.pid) - before[daemon][0]) / took * 100)
        wakes.add("ours", (switches - before[daemon][1]) / took * 60)
    bo.stop()
    ada.stop()
    return [memory, own, cpu, wakes]


def h_start(bench, sizes):
    """(h) Nothing runs; a list is asked for: the client starts the daemon, which opens everything and answers."""
    row = Row("h", f"start to first list, {sizes.middle} entries", "ms", 1.5, "minimal",
              "duolog list -n 20 with no daemon running; minimal: one program opens and decodes the same database")
    ready = Row("h'", "the same: duologd until it is ready", "ms", None, "minimal")
    pair = Homes(bench, sizes.middle, sizes.apart).behind().copy("start")
    keys = str(Homes(bench, sizes.middle, sizes.apart).behind().folder / "keys")
    for _ in range(sizes.starts):
        row.add("ours", milliseconds(lambda: spawn(
            [bench.program("duolog"), "--home", str(pair.ada), "list", "-n", "20"], bench.environment)))
        bench.duolog(pair.ada, "daemon", "stop")
        wait_until_free(pair.ada)
        began = time.perf_counter()
        daemon = pair.start("ada")
        ready.add("ours", (time.perf_counter() - began) * 1000)
        daemon.stop()
        took = milliseconds(lambda: spawn(
            [bench.program("duolog_bench_minimal"), "open", str(pair.ada / "duolog.db"), keys, "20"],
            bench.environment))
        row.add("minimal", took)
        ready.add("minimal", took)
    return [row, ready]


# Somebody waits for these.
INTERACTIVE = ("list", "show", "search", "on this day", "stats", "today", "status", "one insert", "edit", "history", "react",
               "take", "trends", "check-in", "straight after: the longest")
RESIDENT = 24 + 8  # MB, of which 8 are the view's pages: the same for any length


def asked_of_a_lifetime(bench, count, times):
    """What the program says of each sample, by what was asked: {what: (unit, {whose: samples})}."""
    asked = {}
    home = bench.folder / f"lifetime-{count}"
    for line in bench.run(bench.program("duolog_bench_questions"), str(home), str(count), str(times)).splitlines():
        what, whose, value, unit = line.split("\t")
        asked.setdefault(what, (unit, {}))[1].setdefault(whose, []).append(float(value))
    return asked


def i_lifetime(bench, sizes):
    """(i) What a person asks of a notebook, in the daemon, beside the same entries in plain SQLite with FTS5."""
    rows = []
    for count in sizes.lifetimes:
        waited_for = []
        for what, (unit, samples) in asked_of_a_lifetime(bench, count, sizes.questions).items():
            aim = RESIDENT if what.startswith("resident") else None
            row = Row("i", f"{what}, of {count}", unit, aim, "plain" if "plain" in samples else None)
            for whose, values in samples.items():
                for value in values:
                    row.add(whose, value)
            rows.append(row)
            if what.startswith(INTERACTIVE):
                waited_for.append(statistics.median(samples["ours"]))
        slowest = Row("i!", f"the slowest that somebody waits for, of {count}", "ms", 20, None, "by medians")
        slowest.add("ours", max(waited_for))
        rows.append(slowest)
    return rows


PLAIN_IMPORT = """
create table entry (id integer primary key, written text, text text);
create virtual table words using fts5 (text, content = 'entry', content_rowid = 'id');
insert into entry (written, text) select json_extract(value, '$.written_at'), json_extract(value, '$.text')
  from json_each((select json_extract(readfile('{file}'), '$.items')));
insert into words (words) values ('rebuild');
"""


def j_in_and_out(bench, sizes):
    """(j) A notebook goes out as JSON, and comes in again into an empty home: whole processes, durable."""
    rows = []
    shell = shutil.which("sqlite3")
    for count in sizes.lifetimes:
        home = bench.folder / f"lifetime-{count}"
        if not (home / "made").exists():
            asked_of_a_lifetime(bench, count, 1)
        out = Row("j", f"export as JSON, {count} entries", "ms", None, "plain", "plain: sqlite3 -json, the table alone")
        back = Row("j'", f"import of it, {count} entries", "ms", None, "plain",
                   "plain: sqlite3, json_each into a table, FTS5 rebuilt")
        memory = Row("j\"", f"the daemon that took in {count}: resident memory, at its most", "MB", None, None, "VmHWM")
        copies = bench.folder / "copies"
        copies.mkdir(exist_ok=True)
        file, plain_file, empty = copies / "all.json", copies / "plain.json", copies / "taken-in"
        for _ in range(sizes.exchanges):
            source = copied(home, copies / "source", ["control.sock", "plain.db*"])
            file.unlink(missing_ok=True)
            out.add("ours", milliseconds(lambda: bench.duolog(source, "export", "json", str(file))))
            bench.duolog(source, "daemon", "stop")
            shutil.rmtree(empty, ignore_errors=True)
            bench.duolog(empty, "init", "--name", "Ada", "--yes")
            back.add("ours", milliseconds(lambda: bench.duolog(empty, "import", "duolog", str(file), "--yes")))
            memory.add("ours", status_of(json.loads(bench.duolog(empty, "--json", "daemon", "status"))["pid"], "VmHWM")[0] / 1024)
            bench.duolog(empty, "daemon", "stop")
            if shell:
                out.add("plain", milliseconds(lambda: plain_file.write_text(
                    bench.run(shell, "-json", str(home / "plain.db"), "select * from entry"))))
                plain = copies / "plain-in.db"
                plain.unlink(missing_ok=True)
                back.add("plain", milliseconds(lambda: bench.run(shell, str(plain), PLAIN_IMPORT.format(file=file))))
        rows += [out, back, memory]
    return rows


def k_sync_and_index(bench, sizes):
    """(k) Everything, to a device that holds nothing, until its index knows every word."""
    rows = []
    shell = shutil.which("sqlite3")
    for count in sizes.lifetimes:
        whole = Row("k", f"first sync of {count}, until all is indexed", "ms", None, "plain",
                    "from the connection on; plain: sqlite3, the same entries from JSON into a table, FTS5 rebuilt")
        memory = Row("k'", f"the device that took in {count}: resident memory, at its most", "MB", None, None, "VmHWM")
        after = Row("k\"", "the same, at rest", "MB", RESIDENT, None, "VmRSS")
        for _ in range(sizes.exchanges):
            pair = Homes(bench, count, sizes.apart).behind().copy("indexed")
            ada, bo = pair.start("ada"), pair.start("bo")
            with Talk(bo) as there:
                eventually("they are connected", lambda: there.sync()[0])
                began = time.monotonic()
                eventually("all is opened", lambda: there.records() >= count, 600, 0.02)
                eventually("all is indexed", lambda: not under_way(bench, pair.bo), 600, 0.05)
                whole.add("ours", (time.monotonic() - began) * 1000)
            time.sleep(6)  # a view is at rest a few seconds after its last change
            now, most = status_of(bo.pid, "VmRSS", "VmHWM")
            after.add("ours", now / 1024)
            memory.add("ours", most / 1024)
            bo.stop()
            ada.stop()
            if shell:
                file, plain = bench.folder / "copies" / "sent.json", bench.folder / "copies" / "sent.db"
                file.unlink(missing_ok=True)
                plain.unlink(missing_ok=True)
                bench.duolog(pair.ada, "export", "json", str(file))
                bench.duolog(pair.ada, "daemon", "stop")
                whole.add("plain", milliseconds(lambda: bench.run(shell, str(plain), PLAIN_IMPORT.format(file=file))))
        rows += [whole, memory, after]
    return rows


ALL = {"a": a_write, "b": b_latency, "c": c_first_sync, "d": d_diverged, "e": e_equal, "f": f_stranger, "g": g_idle,
       "h": h_start, "i": i_lifetime, "j": j_in_and_out, "k": k_sync_and_index}
