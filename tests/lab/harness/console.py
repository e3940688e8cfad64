# SPDX-License-Identifier: GPL-2.0-or-later
"""The guest's console: everything it prints, kept in a file with the time of each line, and searchable."""

import codecs
import re
import socket
import threading
import time


# Colours and the like, and carriage returns before the end of a line.
CONTROL = re.compile(r"\x1b\[[0-9;:?]*[A-Za-z]|\x1b[()][A-Z0-9]|\r+(?=\n)")
# What may be the beginning of such at the end of what was read.
CUT = re.compile(r"(\x1b[^A-Za-z]{0,16}|\r+)$")


class Console:
    """Reads a console socket in the background, so that the guest never waits for us.

    Positions are offsets into what was printed since power-on: take mark() before an action, then search from it.
    """

    def __init__(self, path, log, echo=None):
        self.text = ""
        self._echo = echo
        self._log = open(log, "w", encoding="utf-8")
        self._began = time.monotonic()
        self._times = []  # (offset, seconds since power-on), one a chunk read
        self._changed = threading.Condition()
        self._partial = ""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        held = ""
        while True:
            try:
                chunk = self._socket.recv(65536)
            except OSError:
                chunk = b""
            if not chunk:
                return
            text = held + decoder.decode(chunk)
            cut = CUT.search(text)
            held = text[cut.start():] if cut else ""
            self._add(CONTROL.sub("", text[:len(text) - len(held)]))

    def _add(self, text):
        now = time.monotonic() - self._began
        with self._changed:
            if self._log.closed:
                return
            self._times.append((len(self.text), now))
            self.text += text
            *lines, self._partial = (self._partial + text).split("\n")
            for line in lines:
                self._log.write(f"{now:8.2f} {line}\n")
                if self._echo:
                    self._echo(line)
            self._log.flush()
            self._changed.notify_all()

    def mark(self):
        """The present end of the output."""
        return len(self.text)

    def search(self, pattern, since=0):
        """The match of PATTERN in the output after SINCE, or None."""
        return re.compile(pattern, re.MULTILINE).search(self.text, since)

    def count(self, pattern, since=0):
        """How often PATTERN matches in the output after SINCE."""
        return sum(1 for _ in re.compile(pattern, re.MULTILINE).finditer(self.text, since))

    def time(self, offset):
        """Seconds after power-on at which what is at OFFSET was printed."""
        return max((seconds for start, seconds in self._times if start <= offset), default=0.0)

    def now(self):
        """Seconds since power-on."""
        return time.monotonic() - self._began

    def pause(self, seconds):
        """Wait until something is printed, but no longer than SECONDS."""
        with self._changed:
            self._changed.wait(seconds)

    def type(self, text):
        """Type TEXT on the console."""
        self._socket.sendall(text.encode())

    def tail(self, lines=30):
        return "\n".join(self.text.splitlines()[-lines:])

    def close(self):
        self._socket.close()
        with self._changed:
            self._log.write(self._partial)
            self._log.close()
