# SPDX-License-Identifier: GPL-2.0-or-later
"""Crash, capture, release and login in one boot, with images made by dracut 112: with systemd in them and without."""

from harness import dumps


def run(lab):
    dumps.one_cycle(lab, "112")
    dumps.one_cycle(lab, "112-plain")
