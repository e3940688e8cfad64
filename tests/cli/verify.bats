#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# verify: the structure, and with --full every page; options before the path and behind it.

load lib

setup() {
    cli_setup
    "$TOOLS/mkkdump" "$T/dump"
}

@test "a file and a directory; options on either side" {
    mkdir "$T/dir"
    cp "$T/dump" "$T/dir/vmcore"
    local call
    for call in "$T/dump" "$T/dir" "--json $T/dump" "$T/dump --json" "$T/dir --json"; do
        # shellcheck disable=SC2086
        run "$FADUMP_NG" verify $call
        echo "$call: $output"
        [ "$status" = 0 ]
    done
    [ "$(json valid)" = True ]
    [ "$(json checked)" = structure ]
    [ "$(json pages)" = 31 ]
}

@test "--full finds a page that does not expand, where the structure is whole" {
    run "$FADUMP_NG" verify "$T/dump"
    [ "$status" = 0 ]
    # The page that is marked as compressed, and is not.
    run "$FADUMP_NG" verify "$T/dump" --full
    [ "$status" = 4 ]
    [[ $output == *"page 1 of 31: does not expand to a page"* ]]
    output=$("$FADUMP_NG" verify --full --json "$T/dump" 2>/dev/null) || true
    [ "$(json valid)" = False ]
    [ "$(json checked)" = full ]
}

@test "every broken structure is broken with --full as well" {
    local what
    for what in $("$TOOLS/mkkdump" --list-breaks); do
        "$TOOLS/mkkdump" --break "$what" "$T/broken"
        run "$FADUMP_NG" verify --full "$T/broken"
        [ "$status" = 4 ]
    done
}

@test "what is no dump, or not there" {
    run "$FADUMP_NG" verify /dev/null
    [ "$status" = 1 ]
    run "$FADUMP_NG" verify "$T/nowhere" --full
    [ "$status" = 1 ]
    [[ $output == *"$T/nowhere: No such file"* ]]
    output=$("$FADUMP_NG" verify "$T/nowhere" --json 2>/dev/null) || true
    [[ $(json error) == *"No such file"* ]]
    head -c 100 "$T/dump" >"$T/cut"
    run "$FADUMP_NG" verify "$T/cut"
    [ "$status" = 4 ]
}
