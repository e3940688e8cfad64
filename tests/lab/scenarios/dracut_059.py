# SPDX-License-Identifier: GPL-2.0-or-later
"""Crash, capture, release and login in one boot, with an image made by dracut 059."""

from harness import dumps


def run(lab):
    dumps.one_cycle(lab, "059")
