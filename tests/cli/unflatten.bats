#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later

load lib

setup() {
    cli_setup
    dump
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

@test "a raw partition: what stands after the stream does not count, where it is said" {
    head -c 100000 /dev/urandom >"$T/old"
    local part
    # Zeros, old bytes, a whole other stream; one byte, and more than is read at once.
    for part in "head -c 1 /dev/zero" "head -c 700000 /dev/zero" "cat $T/old" "cat $T/flat"; do
        rm -f "$T"/out*
        (cat "$T/flat"; $part) >"$T/part"
        run "$FADUMP_NG" unflatten "$T/part" "$T/out"
        echo "$part: $output"
        [ "$status" = 4 ]
        [[ $output == *"$T/part: the flattened dump ends at byte $(stat -c %s "$T/flat"), and there is more"*"--raw"* ]]
        no_output
        "$FADUMP_NG" unflatten --raw "$T/part" "$T/out"
        cmp "$T/dump" "$T/out"
        "$FADUMP_NG" unflatten "$T/out2" --raw <"$T/part"
        cmp "$T/dump" "$T/out2"
        cat "$T/part" | "$FADUMP_NG" unflatten - --raw "$T/out3"
        cmp "$T/dump" "$T/out3"
    done
    rm "$T"/out*
    # It is no leave for a stream that is not whole.
    head -c 9999 "$T/flat" >"$T/cut"
    run "$FADUMP_NG" unflatten --raw "$T/cut" "$T/out"
    [ "$status" = 4 ]
    no_output
    run "$FADUMP_NG" unflatten --raw a b c
    [ "$status" = 2 ]
}
