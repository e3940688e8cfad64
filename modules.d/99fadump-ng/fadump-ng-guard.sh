#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# For an initramfs without systemd, sourced at its very beginning: counts the attempt and leaves the watchdog armed; the
# capture takes it over.

if [ -e /sys/kernel/fadump/release_mem ] || [ -e /sys/kernel/fadump_release_mem ]; then
    fadump-ng guard begin < /dev/null
fi
:
