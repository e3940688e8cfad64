# SPDX-License-Identifier: GPL-2.0-or-later
"""What the sweeps over the calls of a capture share: a machine with a dump as a tree of files, runs of fadump-ng with the
shim, what must hold after each whatever failed, and the loop over the N-th call."""

import errno
import os
import pathlib
import signal
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
STUBS = {
    "makedumpfile": """case " $* " in
*" -v "*) printf 'makedumpfile: version 1.7.8 (released on 1 Jan 2026)\\nlzo\\tenabled\\nzstd\\tenabled\\n' ;;
*" --dump-dmesg "*) exit 1 ;;
*" -F "*) printf '\\rCopying data : [ 50.0 %] / eta: 1s' >&2; exec cat "$FLAT" ;;
esac""",
    "vmcore-dmesg": "echo '[   99.000000] Kernel panic - not syncing: a test'",
}
SECONDS = 60


class Machine:
    """work/tree: the machine; work/flat: its dump as makedumpfile streams it; work/bin: the stubs."""

    def __init__(self, bindir, work, core=None):
        self.bindir, self.work = bindir, work
        self.dump, self.tree = work / "dump", work / "tree"
        subprocess.run([bindir / "tools/mkkdump", self.dump], check=True)
        with open(work / "flat", "wb") as flat:
            subprocess.run([bindir / "tools/flatten", "--rewrite", self.dump], stdout=flat, check=True)
        self.content = self.dump.read_bytes()
        env = {**os.environ, "MKCORE": str(bindir / "tools/mkcore")}
        if core:
            env["CORE_TEXT"] = str(HERE.parent / "data/cores" / core)
        subprocess.run([HERE.parent / "tools/mktree.sh", "pseries-dump", self.tree], check=True, env=env)
        (work / "bin").mkdir()
        for name, body in STUBS.items():
            self.stub(name, body)

    def stub(self, name, body):
        path = self.work / "bin" / name
        path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        path.chmod(0o755)


def run(command, env, place):
    """The finished run, or None when it did not end by itself."""
    try:
        return subprocess.run(command, env=env, cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None


def events_of(log):
    return log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []


def in_order(lines, wanted):
    """The first of `wanted` that does not come, each behind the one before it; None: all do."""
    wanted = iter(wanted)
    want = next(wanted, None)
    for line in lines:
        if line == want:
            want = next(wanted, None)
    return want


def names_of(path, name="unproved"):
    """What must have been done to a dump, in this order, before it counts; it has this name while it is proved."""
    parent = path.rpartition("/")[0]
    return [f"fsync 0 {path}.{name}", f"rename 0 vmcore.{name} vmcore", f"fsync 0 {parent}",
            f"fsync 0 {parent.rpartition('/')[0]}"]


def not_durable(before, path, behind=()):
    """What was not done to a dump, or `behind` it; None: all was. Where it could not be called unproved it kept its first name."""
    missing = [in_order(before, names_of(path, name) + list(behind)) for name in ("unproved", "incomplete")]
    return None if None in missing else missing[0]


def left_running(place):
    """What was started works where we said, whoever it runs as."""
    # Not a glob of /proc/*/cwd, which fails when a process ends while it is looked at.
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/cwd") == str(place):
                yield pid
        except OSError:
            pass


def complaints(done, root, place, released, saved, silent=False):
    """How it ended; released: how often; saved: a whole dump is there; silent: its last words may have been what failed."""
    registered = (root / "sys/kernel/fadump/registered").read_text(encoding="ascii").strip() == "1"
    if done.returncode < 0:
        yield f"it died of signal {-done.returncode}"
    if released > 1:
        yield f"release_mem was written {released} times"
    if done.returncode == 0 and not (released and saved and registered):
        yield f"exit status 0: released {bool(released)}, saved {saved}, registered {registered}"
    if done.returncode not in (0, 1, 3, 4, 5):
        yield f"exit status {done.returncode}"
    if done.returncode and b"fadump-ng: " not in done.stderr and not silent:
        yield f"exit status {done.returncode} without a word"
    yield from (f"process {pid} is left" for pid in left_running(place))


def with_words(found, done):
    """The complaints, and what the capture itself said."""
    return found + [f"stderr: {done.stderr.decode('utf-8', 'replace').strip()[-600:]}"] if found else found


def name_of(error):
    return error.name if isinstance(error, signal.Signals) else errno.errorcode.get(error, "short")


def sweep(pool, point, batch=16, step=1):
    """point(N) for N from 1 until one is not reached: (points, [(N, complaint)])."""
    points, failures, number = 0, [], 1
    while True:
        numbers = list(range(number, number + batch * step, step))
        results = list(pool.map(point, numbers))
        for n, (hit, found) in zip(numbers, results):
            points += hit
            failures += [(n, text) for text in found]
        if not all(hit for hit, _ in results):
            return points, failures
        number += batch * step


class Tally:
    """TAP, a line a kind, and their sum."""

    def __init__(self, label=""):
        self.label, self.points, self.failed = label, 0, 0

    def kind(self, name, points, failures):
        """failures: lines of text."""
        for line in failures:
            print(f"not ok {self.label}{line}", flush=True)
        if not points:
            print(f"not ok {self.label}{name}: it is never called")
        elif not failures:
            print(f"ok {self.label}{name}: {points} points", flush=True)
        self.points += points
        self.failed += len(failures) + (not points)

    def end(self):
        print(f"# {self.label}{self.points} points, {self.failed} complaints")
        return 1 if self.failed else 0
