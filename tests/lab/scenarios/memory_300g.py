# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine of 300 GiB: crash, capture, release and login in one boot, and the dump opens in crash."""

from harness import dumps

MATRIX = True


def run(lab):
    dumps.of_a_large_machine(lab, "300G")
