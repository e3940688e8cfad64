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
    done = subprocess.run(["git", "-C", str(PROJECT), "rev-parse", "HEAD"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, check=False)
    return done.stdout.strip() or "0"


def third(names, of, salt=0):
    """Every third of NAMES, which one by the hash OF; SALT makes another choice from the same hash."""
    number = int(of[:8], 16) // 3**salt
    return [name for at, name in enumerate(names) if (at + number) % 3 == 0]
