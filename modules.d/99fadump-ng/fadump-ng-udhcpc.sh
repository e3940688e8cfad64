#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# For udhcpc and udhcpc6 in a capture boot: tells what was got; the capture program, which reads it, does the rest.
# shellcheck disable=SC2154 # udhcpc's variables

if [ "$1" = bound ] || [ "$1" = renew ]; then
    printf '%s\n' "ip=$ip" "subnet=${mask:-$subnet}" "router=$router" "staticroutes=$staticroutes" "dns=$dns" \
        "domain=$domain" "search=$search" "mtu=$mtu" "ipv6=$ipv6"
fi
