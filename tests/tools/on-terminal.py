#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""on-terminal.py [WORDS=ANSWER]... -- COMMAND...: run it on a terminal of its own, wait for the words, type the answer.

Its output goes to standard output; the exit status is the command's, or 99 when the words did not come in time.
"""
import os
import pty
import select
import sys
import time

end = sys.argv.index("--")
script = [a.split("=", 1) for a in sys.argv[1:end]]
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[end + 1], sys.argv[end + 1:])
seen = b""
deadline = time.monotonic() + 60
while True:
    if time.monotonic() > deadline:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        sys.exit(99)
    if select.select([fd], [], [], 0.2)[0]:
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        seen += data
    elif script and script[0][0].encode() in seen:
        # Only when it is quiet: what asks drops what was typed before.
        os.write(fd, script.pop(0)[1].encode() + b"\n")
        seen = b""
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(99 if script else status if status >= 0 else 128 - status)
