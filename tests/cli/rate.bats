#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# rate-limit: a crash too many goes without a dump.

load lib
load crashes

setup() {
    crashes_setup
}

teardown() {
    crashes_teardown
}

@test "rate-limit: off by default; one too many gets its log alone, and the memory is given back for that" {
    local n
    for n in 1 2 3; do
        crash "$n"
    done
    [ "$(numbers dumps)" = "1 2 3" ]
    conf 'rate-limit = 3/1h'
    crash 4 '' --json
    [ "$(release_mem)" = 1 ]
    [ "$(numbers dumps)" = "1 2 3" ]
    [ "$(numbers logs)" = "1 2 3 4" ]
    [[ $errors == *"no dump: 3 crashes were saved within 3600 s"* ]]
    [[ $errors == *"without a dump, as rate-limit says"* ]]
    [ "$(json policy)" = rate-limit ]
    [ "$(json dump)" = None ]
    grep -q '"policy":"rate-limit"' "$T/root/run/fadump-ng/record.json"
    output=$(cat "$D/$(ls -t "$D" | head -n 1)/manifest.json")
    [ "$(json policy.name)" = rate-limit ]
    [ "$(json complete)" = False ]
    fadump status
    [[ $output == *"its log alone, as rate-limit says"* ]]
    # Whoever asks by hand gets the dump, and so does the next crash when the hour is over.
    crash 5 '' --no-release
    rm "$T/root/etc/initrd-release"
    crash 6
    : >"$T/root/etc/initrd-release"
    crash 7 $((1795426800 + 3 * 3600))
    [ "$(numbers dumps)" = "1 3 5 6 7" ]
}

@test "rate-limit: in doubt there is a dump" {
    conf 'rate-limit = 1/1h' 'keep = all'
    # Times that nobody knows.
    crash 1 1000
    crash 2 1060
    [ "$(numbers dumps)" = "1 2" ]
    # Times in the future.
    crash 3 1795429999
    crash 4 1795426800
    [ "$(numbers dumps)" = "1 2 3 4" ]
    # A log that cannot be read.
    stub vmcore-dmesg 'exit 1'
    crash 5 1795426801
    [ "$(find "$D" -name vmcore | wc -l)" = 5 ]
}

@test "rate-limit: with two targets in a pass the one that is not over it gets the dump" {
    conf 'target = file:///var/crash' 'target = also file:///second' 'rate-limit = 1/1h' 'require-all = yes'
    crash 1
    rm -r "$T/root/second"
    crash 2
    [ "$(release_mem)" = 1 ]
    [ "$(numbers dumps)" = "1 2" ]
    ls "$T"/root/second/*/vmcore
    crash 3
    [ "$(release_mem)" = 1 ]
    [ "$(numbers dumps)" = "1 2" ]
    [ "$(numbers logs)" = "1 2 3" ]
}
