# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs scenarios, each in a process of its own, and reports."""

import fcntl
import importlib.util
import os
import pathlib
import subprocess
import sys
import time
import traceback

from . import cache, thirds, times
from .failure import PATIENCE, Failure
from .isolate import isolate
from .lab import Lab

SCENARIOS = cache.LAB / "scenarios"
RUNS = pathlib.Path(os.environ.get("FADUMP_NG_LAB_RUNS") or cache.CACHE / "runs")
# No scenario takes longer than this.
LIMIT = 1500


def scenarios():
    """The names of all scenarios."""
    return sorted(path.stem for path in SCENARIOS.glob("[a-z]*.py"))


def find(name):
    """The file of the scenario NAME, which may also be a path, for one that is still being written."""
    path = pathlib.Path(name) if "/" in name else SCENARIOS / f"{name}.py"
    if not path.exists():
        raise Failure(f"no scenario {name}; see lab list")
    return path


def load(name):
    """The module of the scenario NAME."""
    spec = importlib.util.spec_from_file_location(f"scenario_{find(name).stem}", find(name))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def summary(name):
    """The first line of what a scenario says of itself."""
    return (load(name).__doc__ or "").strip().partition("\n")[0]


def directory_of(name):
    """Where the run of the scenario NAME leaves its logs."""
    return RUNS / find(name).stem


def run_here(name):
    """Run the scenario NAME in this process; the exit status."""
    directory = directory_of(name)
    isolate()
    lab = Lab(directory)
    try:
        load(name).run(lab)
    except Failure as failure:
        print(f"{lab.console_tails()}\nFAILURE {failure}", flush=True)
        return 1
    except Exception:  # pylint: disable=broad-except
        traceback.print_exc()
        print(f"{lab.console_tails()}\nFAILURE {traceback.format_exc().splitlines()[-1]}", flush=True)
        return 1
    finally:
        lab.close()
        _remove_images(directory)
        print(f"TIMES {times.report()}", flush=True)
    return 0


def waits(name):
    """Whether the scenario NAME says that it waits for timers most of the time: another one may run beside it."""
    return getattr(load(name), "WAITS", False)


def of_the_matrix(name):
    """Whether the scenario NAME says that it is of the matrix, of which a check runs a third."""
    return getattr(load(name), "MATRIX", False)


def of_a_check():
    """The names of the scenarios that a check runs: the core, and a third of the matrix."""
    matrix = [name for name in scenarios() if of_the_matrix(name)]
    now = thirds.third(matrix, thirds.commit())
    print(f"lab: of the matrix ({len(matrix)} scenarios), by commit {thirds.commit()[:12] or 'unknown'}: {' '.join(now) or 'none'}", flush=True)
    return [name for name in scenarios() if name not in matrix or name in now]


def from_power_on(names):
    """Those of NAMES that CI runs from power-on instead of from a saved machine: another third for each commit."""
    if os.environ.get("CI", "") in ("", "0", "false"):
        return []
    now = thirds.third(names, thirds.commit(), salt=1)
    print(f"lab: from power-on, by commit {thirds.commit()[:12]}: {' '.join(now)}", flush=True)
    return now


def run_all(names, jobs=1, keep=False, fresh=()):
    """Run scenarios, JOBS at a time and one that mostly waits beside them, those of FRESH from power-on, and print a line for
    each and a table of what took how long; the number of failures."""
    took = []
    # What is started in each lane, in this order; the last one is for those that wait.
    waiting = [name for name in names if waits(name)]
    lanes, running, failed = [[name for name in names if name not in waiting]] * jobs + [waiting], {}, 0
    while any(lanes) or running:
        for lane, queue in enumerate(lanes):
            if lane not in running and queue:
                name = queue.pop(0)
                running[lane] = name, _start(name, keep, name in fresh), time.monotonic()
        for lane, (name, process, began) in list(running.items()):
            seconds = time.monotonic() - began
            if process.poll() is None and seconds > LIMIT * PATIENCE:
                process.kill()  # its QEMU goes with it
                process.wait()
            if process.poll() is not None:
                del running[lane]
                failed += _report(name, process.returncode, seconds)
                took.append((seconds, name + (" (from power-on)" if name in fresh else ""), _times(name)))
        time.sleep(0.2)
    _table(took)
    print(f"lab: {len(names) - failed} passed, {failed} failed")
    return failed


def _start(name, keep, fresh):
    directory = directory_of(name)
    RUNS.mkdir(parents=True, exist_ok=True)
    # Held by the scenario's process: two runs of one scenario would share a directory.
    with open(directory.with_suffix(".lock"), "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Failure(f"{name} is being run by somebody else; set FADUMP_NG_LAB_RUNS to another directory") from None
        return _start_in(directory, name, lock, keep, fresh)


def _start_in(directory, name, lock, keep, fresh):
    subprocess.run(["rm", "-rf", "--one-file-system", str(directory)], check=True)
    directory.mkdir(parents=True)
    with open(directory / "log", "w", encoding="utf-8") as log:
        return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", sys.executable, str(cache.LAB / "lab"), "run-here",
                                 name], stdout=log, stderr=log, stdin=subprocess.DEVNULL, pass_fds=[lock.fileno()],
                                env={**os.environ, "FADUMP_NG_LAB_KEEP": "1" if keep else "",
                                     **({"FADUMP_NG_LAB_FRESH": "1"} if fresh else {}),
                                     # Built once: two that built it at a time would be in each other's way.
                                     "FADUMP_NG_PRODUCT": str(cache.product())})


def _times(name):
    """What the scenario NAME says of where its time went."""
    lines = (directory_of(name) / "log").read_text(encoding="utf-8", errors="replace").splitlines()
    return times.parse(next((line[6:] for line in reversed(lines) if line.startswith("TIMES ")), ""))


def _table(took):
    """Print the rows (seconds, name, parts), the longest first."""
    parts = sorted({part for row in took for part in row[2]})
    print("# " + " ".join(f"{word:>8}" for word in ["seconds", *parts]) + "  scenario")
    for seconds, name, of in sorted(took, reverse=True):
        print("# " + " ".join(f"{value:8.0f}" for value in [seconds, *(of.get(part, 0) for part in parts)]) + f"  {name}")


def _report(name, status, seconds):
    """Print the verdict on a scenario; 1 if it failed."""
    directory = directory_of(name)
    name = directory.name
    text = (directory / "log").read_text(encoding="utf-8", errors="replace")
    for line in text.splitlines():
        if line.startswith("# "):
            print(f"  {name}: {line[2:]}")
    if status == 0:
        print(f"ok {name} ({seconds:.0f} s)", flush=True)
        return 0
    body, _, reason = text.rpartition("FAILURE ")
    print(body or text)
    reason = reason.partition("\nTIMES ")[0].strip() if body else f"ended by status {status} after {seconds:.0f} s"
    print(f"not ok {name}: {reason}\n  logs: {directory}", flush=True)
    return 1


def _remove_images(directory):
    """Images are large; logs and what a scenario copied out stay."""
    if not os.environ.get("FADUMP_NG_LAB_KEEP"):
        for pattern in ("*/*.img", "*/initrd"):
            for path in directory.glob(pattern):
                path.unlink()
