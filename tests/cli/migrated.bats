#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What is done after a migration of the partition, with the programs stood in for.

load lib

setup() {
    cli_setup
    mkdir -p "$T/bin"
    PATH=$T/bin:$PATH
    export STUB=$T
    UNIT=$HERE/../../config/fadump-ng-migrated.service
}

@test "servicelog's action starts the unit, does not wait, and leaves what it is told alone" {
    # shellcheck disable=SC2016 # the stub expands for itself
    stub systemctl 'echo "$*" >"$STUB/did"'
    echo 'refcode: #MIGRATE' | "$HERE/../../config/fadump-ng-migrated.sh" --some argument
    [ "$(cat "$T/did")" = '--no-block start fadump-ng-migrated.service' ]
}

@test "the unit registers again, builds an image that can capture or none, and says how it is" {
    local name line
    for name in fadump-ng dracut; do
        # shellcheck disable=SC2016
        stub $name 'echo "$(basename "$0") $* ${FADUMP_NG_STRICT-}" >>"$STUB/did"'
    done
    export "$(sed -n 's/^Environment=//p' "$UNIT")"
    # Only where fadump-ng is to register, and never with a dump in memory.
    grep -qx 'ConditionPathExists=!/proc/vmcore' "$UNIT"
    grep -qx 'ExecCondition=systemctl -q is-enabled fadump-ng.service' "$UNIT"
    # As systemd would, one after the other, whatever became of those with a "-".
    while read -r line; do
        # shellcheck disable=SC2086 # words
        ${line#-}
    done < <(sed -n 's/^ExecStart=//p' "$UNIT")
    [ "$(cat "$T/did")" = $'fadump-ng unregister 1\nfadump-ng register 1\ndracut --force --add fadump-ng 1\nfadump-ng status 1' ]
    # Both are installed, and nothing starts the unit by itself.
    ! grep -q '^\[Install\]' "$UNIT"
    make -s -C "$HERE/../.." -n install DESTDIR=/nowhere | grep -q 'fadump-ng-migrated.sh /nowhere/usr/lib/fadump-ng/migrated$'
    make -s -C "$HERE/../.." -n install DESTDIR=/nowhere | grep -q 'fadump-ng-migrated.service'
}
