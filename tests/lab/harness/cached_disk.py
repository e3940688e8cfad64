# SPDX-License-Identifier: GPL-2.0-or-later
"""A disk with a volatile write cache, and a power cord: what was not flushed when the power goes may be lost, all of it or any
part. It can also stand still, so that whoever waits for it waits in the kernel. QEMU has it by the network block device protocol, from a thread of this process."""

import random
import socket
import struct
import threading

from .disks import Disk

NEWSTYLE = b"NBDMAGIC", b"IHAVEOPT"
EXPORT_NAME, GO = 1, 7
OPTION_REPLY, ACK, INFO, UNSUPPORTED = 0x3E889045565A9, 1, 3, 0x80000001
HAS_FLAGS, HAS_FLUSH, HAS_FUA = 1, 4, 8
READ, WRITE, DISCONNECT, FLUSH = range(4)
REQUEST, REPLY, EIO, FUA = 0x25609513, 0x67446698, 5, 1
SECTOR = 512


class CachedDisk(Disk):
    """cut_at says when the power goes; then every request fails until restore()."""

    def __init__(self, name, size="512M", seed=0, **options):
        super().__init__(name, size, **options)
        self.random = random.Random(seed)
        self.dead = threading.Event()
        self._moves = threading.Event()
        self._moves.set()
        self.writes = self.flushes = 0  # requests since restore()
        self._cut = None  # (kind, number)
        self._pending = []  # (offset, bytes before, bytes written), since the last flush
        self._lock = threading.Lock()
        self._image = None

    def make(self, directory):
        super().make(directory)
        self._image = open(self.path, "r+b", buffering=0)  # pylint: disable=consider-using-with
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(f"{directory}/{self.name}.socket")
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def drive(self):
        return ["-blockdev", f"driver=nbd,node-name={self.name},server.type=unix,server.path={self.path.with_suffix('.socket')}"]

    def cut_at(self, kind, number):
        """The power goes at the NUMBER-th request from now of KIND: "write" (which may still do something), "flush" (nothing of
        it is done) or "flushed" (done, but nobody is told)."""
        with self._lock:
            self.writes = self.flushes = 0
            self._cut = kind, number

    def stand_still(self):
        """From now on no request is answered, until move()."""
        self._moves.clear()

    def move(self):
        self._moves.set()

    @property
    def moves(self):
        """Whether it does."""
        return self._moves.is_set()

    def restore(self):
        """Power is back."""
        with self._lock:
            self._cut = None
            self.dead.clear()

    def _lose(self):
        """Any part of what was not flushed is gone."""
        for offset, before, _ in reversed(self._pending):
            self._put(offset, before)
        share = self.random.choice((0, 0.1, 0.5, 0.9, 1))
        kept = [write for write in self._pending if self.random.random() < share]
        # A cache is not emptied in the order in which it was filled.
        if self.random.random() < 0.5:
            self.random.shuffle(kept)
        for offset, _, data in kept:
            # The last sectors of one may be missing.
            end = len(data) if self.random.random() < 0.7 else self.random.randrange(0, len(data) + 1, SECTOR)
            self._put(offset, data[:end])
        self._pending = []
        self.dead.set()

    def _put(self, offset, data):
        self._image.seek(offset)
        self._image.write(data)

    def _get(self, offset, length):
        self._image.seek(offset)
        return self._image.read(length)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        stream = connection.makefile("rwb")
        try:
            if self._greet(stream):
                while self._request(stream):
                    pass
        except (OSError, struct.error):
            pass
        connection.close()

    def _greet(self, stream):
        stream.write(NEWSTYLE[0] + NEWSTYLE[1] + struct.pack(">H", 3))
        stream.flush()
        stream.read(4)
        described = struct.pack(">QH", self.path.stat().st_size, HAS_FLAGS | HAS_FLUSH | HAS_FUA)
        while True:
            _, option, length = struct.unpack(">QII", stream.read(16))
            stream.read(length)
            if option == EXPORT_NAME:
                stream.write(described)
                stream.flush()
                return True
            if option == GO:
                stream.write(struct.pack(">QIIIH", OPTION_REPLY, option, INFO, 12, 0) + described)
            stream.write(struct.pack(">QIII", OPTION_REPLY, option, ACK if option == GO else UNSUPPORTED, 0))
            stream.flush()
            if option == GO:
                return True

    def _request(self, stream):
        magic, flags, kind, cookie, offset, length = struct.unpack(">IHHQQI", stream.read(28))
        if magic != REQUEST or kind == DISCONNECT:
            return False
        data = stream.read(length) if kind == WRITE else b""
        self._moves.wait()
        with self._lock:
            answer = self._do(kind, flags, offset, length, data)
        stream.write(struct.pack(">IIQ", REPLY, EIO if answer is None else 0, cookie) + (answer or b""))
        stream.flush()
        return True

    def _do(self, kind, flags, offset, length, data):
        """What is answered; None: an error."""
        if self.dead.is_set():
            return None
        if kind == READ:
            return self._get(offset, length)
        if kind == WRITE:
            self.writes += 1
            self._pending.append((offset, self._get(offset, len(data)), data))
            self._put(offset, data)
            if self._cut == ("write", self.writes):
                self._lose()
                return None
        if kind == FLUSH or flags & FUA:
            self.flushes += 1
            if self._cut == ("flush", self.flushes):
                self._lose()
                return None
            self._pending = []
            if self._cut == ("flushed", self.flushes):
                self._lose()
                return None
        return b""
