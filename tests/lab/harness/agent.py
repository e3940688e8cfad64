# SPDX-License-Identifier: GPL-2.0-or-later
"""Commands in the guest. The other side is guest/usr/lib/lab/agent, where the protocol is described."""

import base64
import collections
import select
import socket

from .failure import Failure

Result = collections.namedtuple("Result", "status stdout stderr")


class Agent:
    def __init__(self, path):
        self.boot_id = None  # of the boot whose agent said hello last
        self._number = 0
        self._buffer = b""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))

    def _lines(self, seconds):
        """The lines that have come in, as lists of words, after waiting for at most SECONDS."""
        if select.select([self._socket], [], [], seconds)[0]:
            chunk = self._socket.recv(1 << 20)
            if not chunk:
                raise Failure("QEMU closed the agent's port")
            self._buffer += chunk
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            words = line.decode("ascii", "replace").split(" ")
            if words[0] == "hello":
                self.boot_id = words[1]
            yield words

    def listen(self, seconds):
        """Look for SECONDS whether an agent says hello; boot_id says whose."""
        for _ in self._lines(seconds):
            pass

    def send(self, command, seconds):
        """Start COMMAND and return its number, for answer()."""
        self._number += 1
        text = base64.b64encode(command.encode()).decode()
        # With nobody reading, the port takes only so much.
        self._socket.settimeout(10)
        self._socket.sendall(f"\n{self._number} {seconds} {text}\n".encode())
        return self._number

    def nudge(self):
        """An empty line, which is nothing to the other side but an interrupt."""
        self._socket.setblocking(False)
        try:
            self._socket.send(b"\n")
        except BlockingIOError:
            pass

    def answer(self, number, seconds):
        """The Result of command NUMBER, or None if there is none within SECONDS."""
        for words in self._lines(seconds):
            if words[0] == str(number) and len(words) == 4:
                out, err = (base64.b64decode(word).decode("utf-8", "replace") for word in words[2:])
                return Result(int(words[1]), out, err)
        return None

    def close(self):
        self._socket.close()
