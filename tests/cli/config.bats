#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later

load lib

setup() {
    cli_setup
    mkdir -p "$T/root/etc"
}

conf() {
    printf '%s\n' "$@" >"$T/root/etc/fadump-ng.conf"
}

@test "no file: the defaults; show prints every key and is read back" {
    fadump config check
    [ "$status" = 0 ]
    fadump config show
    [ "$status" = 0 ]
    [[ $output == *"target = file:///var/crash"* ]]
    printf '%s\n' "$output" >"$T/shown"
    run "$FADUMP_NG" --config "$T/shown" config show
    [ "$status" = 0 ]
    [ "$output" = "$(cat "$T/shown")" ]
}

@test "errors name file, line and the nearest key: exit 4, one line" {
    conf '# comment' 'dump-levle = 31'
    fadump config check
    [ "$status" = 4 ]
    [[ $errors == *"fadump-ng.conf:2: "*dump-level* ]]
    [ "$(wc -l <"$T/stderr")" = 1 ]
    local line
    for line in 'dump-level = 32' 'dump-level =' 'threads = -1' 'deadline = soon' 'compress = gzip' \
        'on-failure = explode' 'target = var/crash' 'target = ftp://host/x' 'just words' \
        'target = ssh://user:secret@host/x' 'makedumpfile-options = --split'; do
        conf "$line"
        fadump config check
        echo "$line"
        [ "$status" = 4 ]
        [ "$(wc -l <"$T/stderr")" = 1 ]
    done
}

@test "a line cut off in the middle is an error, wherever it is cut" {
    local text='dump-level = 31' n
    for n in 1 5 10 11 12 13 14 15; do
        printf 'compress = lzo\n%s' "${text:0:n}" >"$T/root/etc/fadump-ng.conf"
        fadump config check
        echo "$n"
        [ "$status" = 4 ]
    done
}

@test "a named file that is not there, an unreadable one" {
    run "$FADUMP_NG" --config "$T/nowhere" config check
    [ "$status" = 1 ]
    [[ $output == *"$T/nowhere"* ]]
    run "$FADUMP_NG" --config "$T" config check
    [ "$status" = 1 ]
}

@test "an also without a target before it" {
    conf 'target = also file:///srv'
    fadump config check
    [ "$status" = 4 ]
    [[ $errors == *"the first target cannot be an \"also\""* ]]
}
