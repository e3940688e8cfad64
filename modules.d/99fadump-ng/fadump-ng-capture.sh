#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# For an initramfs without systemd. Sourced before the root file system is mounted, when its device has not appeared for
# long, and by fadump-ng-emergency.sh; the first of these that a capture boot comes to is the one that captures.

if [ -e "${fadump_ng_root-}/sys/kernel/fadump/release_mem" ] || [ -e "${fadump_ng_root-}/sys/kernel/fadump_release_mem" ]; then
    if ! [ -e "${fadump_ng_root-}/run/fadump-ng/tried" ]; then
        mkdir -p "${fadump_ng_root-}/run/fadump-ng/tried"
        fadump-ng capture < /dev/null
        # Whatever the result: the watchdog is not kept alive any more.
        fadump-ng guard end < /dev/null
    fi
fi
:
