# SPDX-License-Identifier: GPL-2.0-or-later
"""Crash, capture, release and login in one boot, without systemd in the initramfs."""

from harness import dumps


def run(lab):
    dumps.one_cycle(lab, "106-plain")
