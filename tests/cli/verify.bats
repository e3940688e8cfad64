#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# verify: the structure, and with --full every page and the digest; options before the path and behind it. fsverity and
# libkdumpfile are others' word on the same files.

load lib

setup() {
    cli_setup
    dump
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

# What makedumpfile -F prints, in $1; FLATTEN: how.
flattened() {
    # shellcheck disable=SC2086
    "$TOOLS/flatten" ${FLATTEN:---rewrite} "$T/dump" >"$1"
}

@test "a flattened dump is looked into where it lies, and named" {
    "$TOOLS/mkkdump" --compress lzo --pages 2000 "$T/dump"
    local FLATTEN
    for FLATTEN in "--rewrite" "--shuffle 7 --record 1000 --rewrite" "--trailing 70000"; do
        flattened "$T/flat"
        run "$FADUMP_NG" verify --full "$T/flat"
        echo "$FLATTEN: $output"
        [ "$status" = 0 ]
        [[ $output == *"every page is whole: 1000 pages"*"digest sha256:$(fsverity_digest "$T/dump")"* ]]
        [[ $output == *"it is flattened"*"fadump-ng unflatten"*"$T/flat OUT"* ]]
        output=$("$FADUMP_NG" verify --json "$T/flat")
        [ "$(json valid)" = True ]
        [ "$(json flattened)" = True ]
        [ "$(json bytes)" = "$(stat -c %s "$T/dump")" ]
        [[ $(json advice) == *"fadump-ng unflatten"* ]]
    done
    # As on a raw partition.
    [[ $("$FADUMP_NG" verify "$T/flat") == *"70000 bytes stand after the stream's end"*"unflatten --raw"* ]]
}

@test "a flattened dump that is cut, or broken inside" {
    flattened "$T/flat"
    local size n what
    size=$(stat -c %s "$T/flat")
    for n in 12 4096 4110 9999 $((size - 16)) $((size - 1)); do
        head -c "$n" "$T/flat" >"$T/cut"
        run "$FADUMP_NG" verify "$T/cut"
        echo "$n: $output"
        [ "$status" = 4 ]
        [[ $output == *"$T/cut: not a whole flattened dump: byte $n: "*"without its end marker"* ]]
    done
    output=$("$FADUMP_NG" verify --json "$T/cut" 2>/dev/null) || true
    [ "$(json valid)" = False ]
    [ "$(json flattened)" = True ]
    for what in signature cut-data missing; do
        "$TOOLS/mkkdump" --break "$what" "$T/dump"
        flattened "$T/flat"
        run "$FADUMP_NG" verify "$T/flat"
        echo "$what: $output"
        [ "$status" = 4 ]
        [[ $output == *"the dump in the flattened stream is not whole"* ]]
    done
    # makedumpfile -E -F.
    core sound-le-64k
    "$TOOLS/flatten" "$T/core" >"$T/flat"
    run "$FADUMP_NG" verify --full "$T/flat"
    [ "$status" = 0 ]
    [[ $output == *"its stream is whole, and the ELF dump in it was not checked"*"fadump-ng unflatten"* ]]
    output=$("$FADUMP_NG" verify --json "$T/flat")
    [ "$(json checked)" = stream ]
}

@test "directories as kdump's tools leave them" {
    local name
    for name in vmcore.flat dump.202308101309 vmcore.202308101309; do
        rm -rf "$T/dir"
        mkdir "$T/dir"
        touch "$T/dir/dmesg.202308101309" "$T/dir/vmcore-dmesg.txt" "$T/dir/dump.txt"
        flattened "$T/dir/$name"
        run "$FADUMP_NG" verify "$T/dir"
        echo "$output"
        [ "$status" = 0 ]
        [[ $output == *"$T/dir/$name: structure is whole"*"fadump-ng unflatten $T/dir/$name OUT"* ]]
        cp "$T/dump" "$T/dir/$name"
        run "$FADUMP_NG" verify "$T/dir"
        [ "$status" = 0 ]
        [[ $output != *unflatten* ]]
        head -c 5000 "$T/dump" >"$T/dir/$name"
        run "$FADUMP_NG" verify "$T/dir"
        [ "$status" = 4 ]
    done
    # Which of them?
    cp "$T/dump" "$T/dir/dump.202309101309"
    run "$FADUMP_NG" verify "$T/dir"
    [ "$status" = 1 ]
    [[ $output == *"several dumps are in it: "*dump.202309101309* ]]
    output=$("$FADUMP_NG" verify --json "$T/dir" 2>/dev/null) || true
    [[ $(json error) == *"several dumps"* ]]
    # The one that has the name it should have.
    cp "$T/dump" "$T/dir/vmcore"
    run "$FADUMP_NG" verify "$T/dir"
    [ "$status" = 0 ]
    [[ $output == *"$T/dir/vmcore: structure is whole"* ]]
    [[ $output == *"not looked at, beside it: "*"dump.202309101309"* ]]
}

@test "directories without a dump, or with half of one" {
    mkdir "$T/dir"
    run "$FADUMP_NG" verify "$T/dir"
    [ "$status" = 1 ]
    [[ $output == *"$T/dir: no dump is in it"* ]]
    local name
    for name in vmcore.incomplete vmcore-incomplete dump-incomplete vmcore-flat-incomplete; do
        rm -rf "$T/dir"
        mkdir "$T/dir"
        cp "$T/dump" "$T/dir/$name"
        run "$FADUMP_NG" verify "$T/dir"
        echo "$output"
        [ "$status" = 4 ]
        [[ $output == *"$T/dir: no whole dump is in it, only $name"* ]]
    done
    output=$("$FADUMP_NG" verify --json "$T/dir" 2>/dev/null) || true
    [ "$(json valid)" = False ]
}

@test "what is no dump is named, with what opens it" {
    gzip -k "$T/dump"
    run "$FADUMP_NG" verify "$T/dump.gz"
    [ "$status" = 4 ]
    [[ $output == *"$T/dump.gz: it is compressed with gzip: expand it first"* ]]
    core sound-le-64k
    run "$FADUMP_NG" verify "$T/core"
    [ "$status" = 4 ]
    [[ $output == *"an ELF file: 'fadump-ng check --core FILE'"* ]]
    : >"$T/empty"
    run "$FADUMP_NG" verify "$T/empty"
    [ "$status" = 4 ]
    # A pipe cannot be read twice.
    run bash -c '"$1" verify /dev/stdin < <(cat "$2")' -- "$FADUMP_NG" "$T/dump"
    [ "$status" = 1 ]
    [[ $output == *"not a regular file"* ]]
    "$FADUMP_NG" verify /dev/stdin <"$T/dump"
}

@test "a header that readers cannot make sense of is said, and the dump is whole all the same" {
    local how
    for how in "--shift-utsname 4" "--shift-utsname 1" "--big-endian --shift-utsname 64"; do
        # shellcheck disable=SC2086
        "$TOOLS/mkkdump" $how --compress lzo "$T/dump"
        run "$FADUMP_NG" verify --full "$T/dump"
        echo "$how: $output"
        [ "$status" = 0 ]
        [[ $output == *"$T/dump: its header says machine "*"VMCOREINFO says \"6.12.107-test\""* ]]
        output=$("$FADUMP_NG" verify --json "$T/dump" 2>/dev/null)
        [ "$(json valid)" = True ]
        [[ $(json warning) == *"VMCOREINFO says"* ]]
    done
    "$TOOLS/flatten" "$T/dump" >"$T/flat"
    run "$FADUMP_NG" verify "$T/flat"
    [ "$status" = 0 ]
    [[ $output == *"VMCOREINFO says"* ]]
    for how in "--machine x86_64" "--machine ppc64" "--big-endian --machine ppc64le"; do
        # shellcheck disable=SC2086
        "$TOOLS/mkkdump" $how --compress lzo "$T/dump"
        run "$FADUMP_NG" verify "$T/dump"
        echo "$how: $output"
        [ "$status" = 0 ]
        [[ $output == *"its header says machine \"${how##* }\", where a "* ]]
    done
    for how in "" "--big-endian" "--version 3"; do
        # shellcheck disable=SC2086
        "$TOOLS/mkkdump" $how "$T/dump"
        run "$FADUMP_NG" verify "$T/dump"
        echo "$how: $output"
        [ "$status" = 0 ]
        [[ $output != *"its header says"* ]]
    done
}

@test "a file that was written whole and not proved is looked at for what it is" {
    saved
    mv "$T/dir/vmcore" "$T/dir/vmcore.unproved"
    sed -i 's/"complete": true/"complete": false, "unproved": true/' "$T/dir/manifest.json"
    run "$FADUMP_NG" verify --full "$T/dir"
    [ "$status" = 0 ]
    [[ $output == *"vmcore.unproved: its capture wrote all of it and could not prove that it lasts"*"; it is what was written"* ]]
    flip "$(($(stat -c %s "$T/dir/vmcore.unproved") - 20))" 3 "$T/dir/vmcore.unproved"
    run "$FADUMP_NG" verify --full "$T/dir"
    [ "$status" = 4 ]
    [[ $output == *"digest differs"* ]]
    truncate -s -1 "$T/dir/vmcore.unproved"
    run "$FADUMP_NG" verify "$T/dir"
    [ "$status" = 4 ]
    # Where there is a dump it is the dump that is meant.
    "$TOOLS/mkkdump" "$T/dir/vmcore"
    rm "$T/dir/manifest.json"
    run "$FADUMP_NG" verify "$T/dir"
    [ "$status" = 0 ]
    [[ $output != *unproved* ]]
}
