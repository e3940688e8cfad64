# SPDX-License-Identifier: GPL-2.0-or-later
"""Which scenarios a check runs, and which of them from power-on: a different third for each commit."""

import os
import subprocess

from .cache import PROJECT


def commit():
    """The checked-out commit's hash; FADUMP_NG_LAB_COMMIT names another, to see what it would run."""
    given = os.environ.get("FADUMP_NG_LAB_COMMIT")
    if given:
        return given
    # Of a checkout of another user, too.
    done = subprocess.run(["git", "-c", "safe.directory=*", "-C", str(PROJECT), "rev-parse", "HEAD"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout.strip()


def third(names, commit_hash, salt=0):
    """Every third of NAMES, from an offset by COMMIT_HASH; all of them without one. SALT=1 makes an independent choice."""
    if not commit_hash:
        return list(names)
    number = int(commit_hash[:8], 16) // 3**salt
    return [name for at, name in enumerate(names) if (at + number) % 3 == 0]
