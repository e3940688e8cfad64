# SPDX-License-Identifier: GPL-2.0-or-later
"""A switch port that is a member of one VLAN only: between a guest's network card, whose frames carry the VLAN's tag, and a
network that knows no tags."""

import socket
import threading

TAG = b"\x81\x00"


class Vlan:
    """Two datagram sockets in DIRECTORY, of which QEMU has the other ends (see netdev): tagged and plain."""

    def __init__(self, directory, identifier):
        self.directory, self.identifier = directory, identifier
        self.passed = 0  # frames with the tag that came from the guest
        self.dropped = 0  # frames without it
        self._sockets = {}
        for side in "tagged", "plain":
            path = directory / f"vlan-{side}"
            path.unlink(missing_ok=True)
            self._sockets[side] = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            self._sockets[side].bind(str(path))
            threading.Thread(target=self._run, args=(side,), daemon=True).start()

    def netdev(self):
        """Words of QEMU's command line: the card's network is called net."""
        words = []
        for name, side in ("net", "tagged"), ("plain", "plain"):
            words += ["-netdev", f"dgram,id={name},local.type=unix,local.path={self.directory}/qemu-{side},"
                                 f"remote.type=unix,remote.path={self.directory}/vlan-{side}"]
        return [*words, "-netdev", "user,id=user", "-netdev", "hubport,id=port1,hubid=1,netdev=user",
                "-netdev", "hubport,id=port2,hubid=1,netdev=plain"]

    def _run(self, side):
        """Pass on what QEMU sends on this side."""
        other = "plain" if side == "tagged" else "tagged"
        target = str(self.directory / f"qemu-{other}")
        while True:
            try:
                frame = self._sockets[side].recv(1 << 17)
            except OSError:
                return
            frame = self._untag(frame) if side == "tagged" else self._tag(frame)
            try:
                if frame:
                    self._sockets[side].sendto(frame, target)
            except OSError:
                self.dropped += 1  # QEMU is not there (yet, or any more)

    def _untag(self, frame):
        if frame[12:14] != TAG or int.from_bytes(frame[14:16], "big") & 0xFFF != self.identifier:
            self.dropped += 1
            return b""
        self.passed += 1
        return frame[:12] + frame[16:]

    def _tag(self, frame):
        return frame[:12] + TAG + self.identifier.to_bytes(2, "big") + frame[12:]

    def close(self):
        for side in self._sockets.values():
            side.close()
