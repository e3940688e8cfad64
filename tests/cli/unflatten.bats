#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later

load lib

setup() {
    cli_setup
    "$TOOLS/mkkdump" "$T/dump"
    "$TOOLS/flatten" --rewrite --shuffle 7 --record 1000 "$T/dump" >"$T/flat"
}

no_output() {
    [ ! -e "$T/out" ]
    [ ! -e "$T/out.incomplete" ]
}

@test "a file, and a stream as it arrives" {
    run "$FADUMP_NG" unflatten "$T/flat" "$T/out"
    [ "$status" = 0 ]
    cmp "$T/dump" "$T/out"
    [ "$(stat -c %a "$T/out")" = 600 ]
    (head -c 5000 "$T/flat"; sleep 0.3; tail -c +5001 "$T/flat") | "$FADUMP_NG" unflatten - "$T/out2"
    cmp "$T/dump" "$T/out2"
    "$FADUMP_NG" unflatten "$T/out3" <"$T/flat"
    cmp "$T/dump" "$T/out3"
}

@test "cut anywhere, not flat at all, trailing bytes: invalid, nothing left" {
    local size n
    size=$(stat -c %s "$T/flat")
    for n in 0 100 4096 4110 9999 $((size - 16)) $((size - 1)); do
        head -c "$n" "$T/flat" >"$T/cut"
        run "$FADUMP_NG" unflatten "$T/cut" "$T/out"
        echo "$n: $output"
        [ "$status" = 4 ]
        no_output
    done
    run "$FADUMP_NG" unflatten "$T/dump" "$T/out"
    [ "$status" = 4 ]
    no_output
    echo >>"$T/flat"
    run "$FADUMP_NG" unflatten "$T/flat" "$T/out"
    [ "$status" = 4 ]
    no_output
}

@test "an existing file is never overwritten" {
    echo precious >"$T/out"
    run "$FADUMP_NG" unflatten "$T/flat" "$T/out"
    [ "$status" = 1 ]
    [ "$(cat "$T/out")" = precious ]
}

@test "a full disk is an error with its name" {
    run bash -c 'ulimit -f 8; trap "" XFSZ; "$1" unflatten "$2" "$3"' -- "$FADUMP_NG" "$T/flat" "$T/out"
    [ "$status" = 1 ]
    [[ $output == *"$T/out"* ]]
    no_output
}
