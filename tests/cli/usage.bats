#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# help, version, and what is said to a wrong call.

load lib

setup() {
    cli_setup
}

@test "help lists every command, and each has its own" {
    run "$FADUMP_NG" --help
    [ "$status" = 0 ]
    local all=$output verb
    for verb in status check capture release register unregister verify unflatten config; do
        [[ $all == *"  $verb "* ]]
        run "$FADUMP_NG" help $verb
        [ "$status" = 0 ]
        [[ $output == "usage: fadump-ng $verb"* ]]
    done
    [[ $all != *"  doc "* ]]
}

@test "version" {
    run "$FADUMP_NG" --version
    [ "$status" = 0 ]
    [[ $output =~ ^fadump-ng\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
    run "$FADUMP_NG" version
    [ "$status" = 0 ]
}

@test "every command explains itself, with --help as well" {
    local verb
    [ "$("$FADUMP_NG" help | sed -n '/^commands:/,/^$/p' | wc -l)" -gt 9 ]
    for verb in $("$FADUMP_NG" help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
        run "$FADUMP_NG" "$verb" --help
        [ "$status" = 0 ]
        [[ $output == "usage: fadump-ng $verb"* ]]
        [ "$output" = "$("$FADUMP_NG" help "$verb")" ]
        run "$FADUMP_NG" "$verb" -h
        [ "$status" = 0 ]
    done
}

@test "usage errors: one line, exit 2, nothing on standard output" {
    local call
    for call in "" frobnicate --frobnicate "status --frobnicate" "status extra" "check --core" \
        "capture extra" "capture --target" "register extra" "verify" "verify a b" "verify --full" \
        "unflatten" "help frobnicate" "config" "config frobnicate" "status --json=1"; do
        status=0
        # shellcheck disable=SC2086
        output=$("$FADUMP_NG" $call 2>"$T/stderr") || status=$?
        echo "[$call] $status: $output $(cat "$T/stderr")"
        [ "$status" = 2 ]
        [ -z "$output" ]
        [ "$(wc -l <"$T/stderr")" = 1 ]
        grep -q '^fadump-ng: ' "$T/stderr"
    done
}

@test "a root that is not there" {
    run "$FADUMP_NG" --root "$T/nowhere" status
    [ "$status" = 1 ]
    [[ $output == *"$T/nowhere"* ]]
}

@test "a full standard output is an error" {
    tree pseries-production
    run bash -c '"$1" --root "$2" status --json >/dev/full' -- "$FADUMP_NG" "$T/root"
    [ "$status" = 1 ]
}
