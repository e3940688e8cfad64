# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the time of a scenario goes, by what was waited for."""

import collections
import contextlib
import time

_spent = collections.Counter()
_nested = False


@contextlib.contextmanager
def spent(what):
    """Count the time of this block as WHAT; of nested blocks the outer one counts."""
    global _nested  # pylint: disable=global-statement
    if _nested:
        yield
        return
    _nested, began = True, time.monotonic()
    try:
        yield
    finally:
        _nested = False
        _spent[what] += time.monotonic() - began


def report():
    """A line of words WHAT=SECONDS for the runner."""
    return " ".join(f"{what}={seconds:.0f}" for what, seconds in _spent.items())


def parse(line):
    return {what: int(seconds) for what, _, seconds in (word.rpartition("=") for word in line.split())}
