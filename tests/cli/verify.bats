#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# verify: the structure, and with --full every page and the digest; options before the path and behind it. fsverity and
# libkdumpfile are others' word on the same files.

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

# What the standard tool says.
fsverity_digest() {
    fsverity digest --compact --hash-alg=sha256 --block-size=65536 "$1"
}

# $T/dir: a dump directory as a capture leaves it; its manifest says $1 of the digest, else the truth.
saved() {
    rm -rf "$T/dir"
    mkdir "$T/dir"
    "$TOOLS/mkkdump" --compress lzo "$T/dir/vmcore"
    printf '{"format": 1, "complete": true, "dump": {"bytes": %d, "digest": {"algorithm": "fsverity-sha256-65536", "value": "sha256:%s"}}}\n' \
        "$(stat -c %s "$T/dir/vmcore")" "${1:-$(fsverity_digest "$T/dir/vmcore")}" >"$T/dir/manifest.json"
}

# Flip bit $2 of byte $1 of the file $3.
flip() {
    local byte
    byte=$(od -An -tu1 -j "$1" -N 1 "$3")
    # shellcheck disable=SC2059 # it makes an escape
    printf "$(printf '\\x%02x' $((byte ^ 1 << $2)))" | dd of="$3" bs=1 seek="$1" conv=notrunc status=none
}

@test "the digest of a file is what fsverity says" {
    local pages
    for pages in 17 61 500 3000; do
        "$TOOLS/mkkdump" --compress zlib --pages $pages --block-size 65536 "$T/dump"
        run "$FADUMP_NG" verify --full "$T/dump"
        echo "$output"
        [ "$status" = 0 ]
        [[ $output == *"digest sha256:$(fsverity_digest "$T/dump"), there is none to compare it with"* ]]
    done
    output=$("$FADUMP_NG" verify --json --full "$T/dump")
    [ "$(json digest.value)" = "sha256:$(fsverity_digest "$T/dump")" ]
    [ "$(json digest.algorithm)" = fsverity-sha256-65536 ]
    [ "$(json digest.manifest)" = None ]
    [ "$(json digest.matches)" = None ]
    output=$("$FADUMP_NG" verify --json "$T/dump")
    [ "$(json digest)" = None ]
}

@test "a directory's digest is compared with its manifest" {
    saved
    run "$FADUMP_NG" verify "$T/dir" --full
    [ "$status" = 0 ]
    [[ $output == *"as in the manifest"* ]]
    output=$("$FADUMP_NG" verify --json --full "$T/dir")
    [ "$(json digest.matches)" = True ]
    local other
    other=$(printf '0%.0s' {1..64})
    saved "$other"
    run "$FADUMP_NG" verify "$T/dir"
    [ "$status" = 0 ]
    run "$FADUMP_NG" verify "$T/dir" --full
    [ "$status" = 4 ]
    [[ $output == *"digest differs: manifest sha256:$other, file sha256:$(fsverity_digest "$T/dir/vmcore")"* ]]
    output=$("$FADUMP_NG" verify --json --full "$T/dir" 2>/dev/null) || true
    [ "$(json valid)" = False ]
    [ "$(json digest.matches)" = False ]
    [[ $(json problem) == "digest differs"* ]]
}

@test "a flipped bit anywhere is found with --full" {
    saved
    cp "$T/dir/vmcore" "$T/good"
    local size at n=0
    size=$(stat -c %s "$T/good")
    # Steps that are no multiple of anything; the last byte as well.
    for at in $(seq 0 487 $((size - 1))) $((size - 1)); do
        flip "$at" $((at % 8)) "$T/dir/vmcore"
        run "$FADUMP_NG" verify --full "$T/dir"
        [ "$status" = 4 ] || { echo "byte $at of $size: $output"; false; }
        flip "$at" $((at % 8)) "$T/dir/vmcore"
        n=$((n + 1))
    done
    cmp "$T/good" "$T/dir/vmcore"
    [ "$n" -gt 100 ]
    run "$FADUMP_NG" verify --full "$T/dir"
    [ "$status" = 0 ]
}

@test "a file of another length, and a manifest that is none" {
    saved
    printf x >>"$T/dir/vmcore"
    run "$FADUMP_NG" verify "$T/dir"
    [ "$status" = 4 ]
    [[ $output == *"where the manifest says"* ]]
    saved
    head -c 100 "$T/dir/manifest.json" >"$T/dir/cut"
    mv "$T/dir/cut" "$T/dir/manifest.json"
    run "$FADUMP_NG" verify "$T/dir"
    [ "$status" = 4 ]
    [[ $output == *"manifest.json is no manifest"* ]]
    output=$("$FADUMP_NG" verify --json "$T/dir" 2>/dev/null) || true
    [ "$(json valid)" = False ]
    saved
    sed -i s/fsverity-sha256-65536/another/ "$T/dir/manifest.json"
    run "$FADUMP_NG" verify --full "$T/dir"
    [ "$status" = 0 ]
    [[ $output == *"of a kind that is not known here: another"* ]]
}

@test "libkdumpfile sees the same pages" {
    local compress order
    for compress in zlib lzo snappy zstd; do
        for order in "" --big-endian; do
            # shellcheck disable=SC2086
            "$TOOLS/mkkdump" $order --pages 2000 --compress $compress "$T/dump"
            "$TOOLS/kdumppages" own "$T/dump" >"$T/own"
            "$TOOLS/kdumppages" libkdumpfile "$T/dump" >"$T/lib"
            [ "$(wc -l <"$T/own")" = 1000 ]
            [ "$(cut -d ' ' -f 2 "$T/own" | sort -u | wc -l)" -gt 500 ]
            cmp "$T/own" "$T/lib"
        done
    done
}
