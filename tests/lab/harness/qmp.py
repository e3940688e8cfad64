# SPDX-License-Identifier: GPL-2.0-or-later
"""QEMU's machine protocol: one command at a time, events collected."""

import json
import socket

from .failure import Failure


class Qmp:
    # QEMU clears the hash page table, an 128th of memory, before it answers.
    def __init__(self, path, timeout=300):
        self.events = []
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(timeout)
        self._socket.connect(str(path))
        self._file = self._socket.makefile("r", encoding="utf-8")
        self._file.readline()  # the greeting
        self("qmp_capabilities")

    def __call__(self, command, **arguments):
        """Run COMMAND and return what it returns. QEMU's names with dashes are written with underscores."""
        arguments = {name.replace("_", "-"): value for name, value in arguments.items()}
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode())
        while True:
            line = self._file.readline()
            if not line:
                raise Failure(f"QEMU closed its monitor during {command}")
            answer = json.loads(line)
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise Failure(f"QEMU refused {command}: {answer['error']['desc']}")
            else:
                return answer["return"]

    def close(self):
        self._file.close()
        self._socket.close()
