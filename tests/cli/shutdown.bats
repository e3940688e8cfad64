#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# An orderly reboot while a late capture is running.
# shellcheck disable=SC2016

load lib

setup() {
    cli_setup
    tree pseries-dump
    unit=$HERE/../../config/fadump-ng-late.service
    capture_tools '
    tell "kill -s $SIGNAL \$(cat \"$STUB/pid\") && touch \"$STUB/sent\""
    cat "$FLAT"'
}

# A late capture to which the given signal is sent in the middle.
late() {
    status=0
    SIGNAL=$1 bash -c 'echo $$ >"$1/pid"; exec "$2" --root "$1/root" capture --late' late "$T" "$FADUMP_NG" || status=$?
    # The capture may end before the process that sent the signal says so.
    local i
    for ((i = 0; i < 300; i++)); do
        [ ! -e "$T/sent" ] || return 0
        sleep 0.1
    done
    return 1
}

@test "what stopping the service sends does not end the capture, and the shutdown waits for its end" {
    late "$(sed -n 's/^KillSignal=SIG//p' "$unit")"
    [ "$(release_mem)" = 1 ]
    cmp "$T/dump" "$(find "$T/root/var/crash" -name vmcore)"
    grep -qx 'TimeoutStopSec=infinity' "$unit"
    # Stopped by the shutdown, before the file systems are.
    grep -qx 'Conflicts=shutdown.target' "$unit"
    grep -q '^After=local-fs.target' "$unit"
    grep -q '^Before=.*shutdown.target' "$unit"
}

@test "SIGTERM ends it, for a person who means it" {
    late TERM
    [ "$status" = 143 ]
    [ -z "$(release_mem)" ]
}
