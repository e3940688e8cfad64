# SPDX-License-Identifier: GPL-2.0-or-later
"""A server that guests reach at 10.0.2.2: one process with its children, in a root of its own (build/peers)."""

import os
import pathlib
import signal
import socket
import subprocess
import time

from . import cache
from .failure import PATIENCE, Failure

# Where a server's directory is inside the root.
PLACE = "/srv/lab"


class Peer:
    """Use as a context manager. A class of its own says what to run (command) and where it listens (ports)."""

    ports = ()
    places = ()  # further directories of self.directory, each with its place in the root

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True)
        # sshd asks that nobody else can write on the way to a drop box.
        self.directory.chmod(0o755)
        self.process = None

    def command(self):
        raise NotImplementedError

    def serves(self):
        return all(_listens(port) for port in self.ports)

    def inside(self, command):
        """The command line of something in the root, with this server's directory."""
        return cache.inside(cache.peers(), command, [f"{self.directory}:{PLACE}", *(f"{self.directory}/{name}:{place}" for name, place in self.places)])

    def start(self):
        with open(self.directory / "log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *self.inside(self.command())],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 30 * PATIENCE
        while not self.serves():
            if self.process.poll() is not None or time.monotonic() > end:
                raise Failure(f"{self.directory.name} does not serve: {self.log()[-2000:]}")
            time.sleep(0.1)

    def log(self):
        return (self.directory / "log").read_text(encoding="utf-8", errors="replace")

    def children(self):
        """The ids of the processes that came out of the server."""
        return _below(self.process.pid) if self.process else []

    def signal(self, number, children_only=False):
        """Send a signal to the server's processes, or to its children alone: the connections that are open."""
        for pid in [*([] if children_only else [self.process.pid]), *self.children()]:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass

    def freeze(self):
        """Stop answering, with every connection left open."""
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        """End it at once, connections included."""
        if self.process:
            self.signal(signal.SIGKILL)
            self.process.wait()
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()


def mount_small(directory, size):
    """A file system of SIZE on DIRECTORY; it goes with the scenario."""
    directory.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "small", str(directory)], check=True)


def _listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _below(pid):
    """The processes below PID, however deep."""
    parents = {}
    # Not a glob of /proc/*/stat, which fails when a process ends while it is looked at.
    for number in filter(str.isdigit, os.listdir("/proc")):
        try:
            stat = pathlib.Path("/proc", number, "stat").read_text(encoding="utf-8", errors="replace")
            parents[int(number)] = int(stat.rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found, new = [], [pid]
    while new:
        new = [child for child, parent in parents.items() if parent in new]
        found += new
    return found
