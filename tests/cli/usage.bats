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

@test "a usage error with --json: one object, and the line on standard error" {
    local call
    for call in "status --frobnicate --json" "status --json extra" "--frobnicate status --json" "frobnicate --json" \
        "verify --json" "verify --json a b" "check --json x" "capture --json x" "show --json" "list --json x" \
        "register --json"; do
        status=0
        # shellcheck disable=SC2086
        output=$("$FADUMP_NG" $call 2>"$T/stderr") || status=$?
        echo "[$call] $status: $output $(cat "$T/stderr")"
        [ "$status" = 2 ]
        [ "$(wc -l <<<"$output")" = 1 ]
        [ "fadump-ng: $(json error)" = "$(cat "$T/stderr")" ]
    done
}

@test "did you mean" {
    local call
    while IFS='|' read -r call near; do
        # shellcheck disable=SC2086
        run "$FADUMP_NG" $call
        echo "[$call] $output"
        [ "$status" = 2 ]
        [[ $output == *"; did you mean $near; see fadump-ng "* ]]
    done <<'END'
statsu|status
verfiy x|verify
chekc|check
unflaten|unflatten
help captrue|capture
status --jsn|--json
check --croe=x|--core
verify --ful x|--full
--rot=/ status|--root
--versoin|--version
END
    for call in frobnicate "status --frobnicate" x "status -x" gaurd; do
        # shellcheck disable=SC2086
        run "$FADUMP_NG" $call
        echo "[$call] $output"
        [ "$status" = 2 ]
        [[ $output != *"did you mean"* ]]
    done
}
