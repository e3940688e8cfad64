#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Attempts that are counted over boots, and the watchdog: files stand for /dev/nvram and for the device, and what is written
# to the latter is seen: "." is food, "V" stops it.

load lib

setup() {
    cli_setup
    tree pseries-dump
    : >"$T/root/etc/initrd-release"
    capture_tools '
    [ -z "${STUB_STOP-}" ] || tell "kill -STOP $PPID"
    [ -z "${STUB_SLEEP-}" ] || sleep "$STUB_SLEEP"
    cat "$FLAT"
    exit "${STUB_EXIT-0}"'
    /usr/bin/python3 "$HERE/../lab/harness/nvram.py" >"$T/root/dev/nvram"
    local class=$T/root/sys/class/watchdog/watchdog0/device parameters=$T/root/sys/module/pseries_wdt/parameters
    mkdir -p "$class" "$parameters"
    ln -s ../../../../bus/platform/drivers/pseries-wdt "$class/driver"
    echo N >"$parameters/nowayout"
    echo 1 >"$parameters/action"
    : >"$T/root/dev/watchdog0"
    conf=$T/root/etc/fadump-ng.conf
}

dog() {
    cat "$T/root/dev/watchdog0"
}

# What a reset leaves: the dump, and the machine's memory.
reset() {
    rm -rf "$T/root/run" "$T/root/var/crash/"*/vmcore.incomplete
    mkdir "$T/root/run"
    : >"$T/root/dev/watchdog0"
}

# So many boots that ended in a reset, and the beginning of one more.
boots() {
    local _
    for _ in $(seq "$1"); do
        fadump guard begin
        reset
    done
    fadump guard begin
}

# As a person runs it, from a terminal; $output has all of it.
by_hand() {
    output=$(script -qec "'$FADUMP_NG' --root '$T/root' $*" "$T/typescript" </dev/null) && status=0 || status=$?
    echo "$output"
}

dump_dir() {
    find "$T/root/var/crash" -mindepth 1 -maxdepth 1 -type d
}

manifest() {
    output=$(cat "$(dump_dir)/manifest.json")
}

@test "the boot counts the attempt once and leaves the watchdog armed; the capture stops it and forgets the count" {
    fadump guard begin
    [ "$status" = 0 ]
    [ "$(dog)" = . ]
    grep -aq 'fadump-ng-attempts=[0-9a-f]*:1:' "$T/root/dev/nvram"
    fadump guard begin
    fadump capture
    # In a tree memory is not given back; the dump is saved all the same.
    [ -s "$(dump_dir)/vmcore" ]
    [[ $(dog) == *V ]]
    [[ $errors == *"resets this machine after 300 s without progress"* ]]
    manifest
    [ "$(json attempt.number)" = 1 ]
    [ "$(json attempt.of)" = 3 ]
    [ "$(json attempt.earlier)" = '[]' ]
    grep -aq 'fadump-ng-attempts=[0-9a-f]*:0:' "$T/root/dev/nvram"
}

@test "without the boot's unit the capture counts and arms by itself" {
    fadump capture
    [ "$(dog)" = .V ]
    manifest
    [ "$(json attempt.number)" = 1 ]
}

@test "a boot without a dump is not counted, and nothing is armed" {
    rm -r "$T/root"
    tree pseries-production
    /usr/bin/python3 "$HERE/../lab/harness/nvram.py" >"$T/root/dev/nvram"
    cp "$T/root/dev/nvram" "$T/nvram"
    fadump guard begin
    [ "$status" = 3 ]
    cmp "$T/nvram" "$T/root/dev/nvram"
}

@test "a capture that was reset is tried again, and the manifest says how far it came" {
    # Hangs while it writes, until the reset.
    fadump guard begin
    STUB_STOP=1 "$FADUMP_NG" --root "$T/root" capture 2>/dev/null 3>&- &
    pid=$!
    while ! grep -aq ':1:[0-9a-f]\{8\}s0' "$T/root/dev/nvram"; do sleep 0.1; done
    while [ "$(cut -d' ' -f3 "/proc/$pid/stat")" != T ]; do sleep 0.1; done
    kill -KILL "$pid"
    wait "$pid" || :
    reset
    fadump guard begin
    [[ $errors == *"attempt 2 of 3"* ]]
    fadump capture
    [[ $errors == *"attempt 1 reached: writing the dump, file:///var/crash"* ]]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    manifest
    [ "$(json complete)" = True ]
    [ "$(json attempt.number)" = 2 ]
    [ "$(json attempt.earlier.0.stage)" = "writing the dump" ]
    [ "$(json attempt.earlier.0.target)" = file:///var/crash ]
    [[ $(json attempt.earlier.0.began) == 20*Z ]]
}

@test "the last attempt saves the log and says why there is no dump; after it nothing is tried, but by hand" {
    boots 2
    fadump capture
    [ "$status" = 1 ]
    [ ! -e "$T/calls" ]
    [ -s "$(dump_dir)/vmcore-dmesg.txt" ]
    [ ! -e "$(dump_dir)/vmcore" ]
    [ -z "$(release_mem)" ]
    [[ $(dog) == *V ]]
    manifest
    [ "$(json complete)" = False ]
    [ "$(json attempt.log_only)" = True ]
    [ "$(json attempt.number)" = 3 ]
    [ "$(json attempt.earlier.1.number)" = 2 ]
    [[ $(json targets.0.reason) == "the last of 3 attempts"* ]]

    # In the same boot's system: not while everything waits for it, but once later.
    rm "$T/root/etc/initrd-release"
    : >"$T/root/dev/watchdog0"
    fadump capture --late --json
    [ "$status" = 5 ]
    [ "$(json outcome)" = exhausted ]
    # systemd comes back to it.
    fadump capture --late
    [ "$status" = 5 ]
    [[ $errors == *"max-attempts is reached; fadump-ng-late.service tries once more"* ]]
    fadump status
    [[ $output == "not ready: the dump of the last crash is still in memory"* ]]
    [[ $output == *"exhausted: A dump is in memory, and the attempts to save it (max-attempts) are used up."* ]]
    [[ $output == *"Save it with 'fadump-ng capture'; an orderly reboot would destroy it."* ]]
    [[ $output == *"last dump:  exhausted: the last of 3 attempts"* ]]
    fadump status --json
    [ "$(json state)" = exhausted ]
    fadump register
    [ "$status" = 5 ]
    [[ $errors == *"are used up. Save it with 'fadump-ng capture'"* ]]
    [ ! -e "$T/calls" ]
    echo 0 >"$T/root/run/fadump-ng/late-waits"
    fadump capture --late
    [ -s "$T/calls" ]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    # No watchdog there.
    [ -z "$(dog)" ]
    grep -aq 'fadump-ng-attempts=[0-9a-f]*:0:' "$T/root/dev/nvram"
}

@test "the one late capture after the last attempt is counted: where it fails there is no other" {
    boots 2
    fadump capture
    rm "$T/root/etc/initrd-release"
    fadump capture --late
    echo 0 >"$T/root/run/fadump-ng/late-waits"
    STUB_EXIT=1 fadump capture --late
    [ "$status" = 1 ]
    [ -s "$T/calls" ]
    rm "$T/calls"
    for _ in 1 2; do
        fadump capture --late
        [ "$status" = 5 ]
        [ ! -e "$T/calls" ]
    done
    fadump status --json
    [ "$(json state)" = exhausted ]
    # A person's is not counted.
    fadump capture --no-release
    [ "$status" = 0 ]
    cmp "$T/dump" "$(dump_dir)/vmcore"
}

@test "a boot after the last attempt leaves the dump alone" {
    boots 3
    [ -z "$(dog)" ]
    fadump capture
    [ "$status" = 5 ]
    [[ $errors == *"max-attempts is exceeded"* ]]
    fadump status --json
    [ "$(json state)" = exhausted ]
    [ -z "$(dump_dir)" ]
    [ -z "$(dog)" ]
    rm "$T/root/etc/initrd-release"
    fadump capture --late
    fadump capture --late
    [ "$status" = 5 ]
    [[ $errors == *"max-attempts is reached; the dump is left in memory: do not reboot, save it with 'fadump-ng capture'"* ]]
    [ -z "$(dump_dir)" ]
    fadump capture --no-release
    [ "$status" = 0 ]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    # Nothing is used up any more.
    fadump capture --late
    [[ $errors != *"max-attempts"* ]]
}

@test "after the last attempt a capture by hand in the rescue shell is a whole one, and no other" {
    boots 2
    fadump capture </dev/null
    [[ $errors == *"saving the kernel log only"* ]]
    # systemd comes back to the unit.
    fadump capture </dev/null
    [[ $errors == *"saving the kernel log only"* ]]
    [ ! -e "$T/calls" ]
    : >"$T/root/dev/watchdog0"
    by_hand capture --no-release
    [ "$status" = 0 ]
    [[ $output == *"attempt 3 of 3 (manual): saving the dump"* ]]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    [[ $(dog) == *V ]]
}

@test "when all attempts are used up a capture by hand in the initramfs takes the dump, and no other" {
    boots 3
    for _ in 1 2; do
        fadump capture </dev/null
        [ "$status" = 5 ]
        [ -z "$(dump_dir)" ]
    done
    by_hand capture
    cmp "$T/dump" "$(dump_dir)/vmcore"
    [ "$(release_mem)" = 1 ]
}

@test "the first capture of a boot is the boot's own, from a terminal, too" {
    boots 2
    by_hand capture
    [[ $output == *"saving the kernel log only"* ]]
}

@test "with one attempt that one is whole" {
    echo 'max-attempts = 1' >"$conf"
    fadump guard begin
    fadump capture
    cmp "$T/dump" "$(dump_dir)/vmcore"
}

@test "the last attempt needs no more than one target" {
    printf 'target = file:///none/../there\ntarget = file:///var/crash\ntarget = file:///var/other\nmax-attempts = 2\n' >"$conf"
    mkdir "$T/root/var/other"
    fadump guard begin
    reset
    fadump capture
    [ -s "$(dump_dir)/vmcore-dmesg.txt" ]
    [ ! -e "$T/calls" ]
    [ -z "$(ls "$T/root/var/other")" ]
}

@test "where attempts cannot be counted nothing is armed, the memory is left alone, and the capture goes on" {
    head -c 65536 /dev/zero >"$T/root/dev/nvram"
    fadump guard begin
    [ "$status" = 1 ]
    [[ $errors == *"not laid out as expected"* ]]
    [ -z "$(dog)" ]
    fadump capture
    [ -z "$(dog)" ]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    [ "$(tr -d '\0' <"$T/root/dev/nvram" | wc -c)" = 0 ]
    manifest
    ! json attempt
}

@test "a watchdog that could not be stopped, or that would not restart the machine, is not armed" {
    echo Y >"$T/root/sys/module/pseries_wdt/parameters/nowayout"
    fadump guard begin
    [ "$status" = 1 ]
    [[ $errors == *nowayout* ]]
    echo N >"$T/root/sys/module/pseries_wdt/parameters/nowayout"
    echo 0 >"$T/root/sys/module/pseries_wdt/parameters/action"
    fadump capture
    [[ $errors == *"no watchdog: its driver has an action"* ]]
    cmp "$T/dump" "$(dump_dir)/vmcore"
    [ -z "$(dog)" ]
}

@test "a machine without nvram, or without a watchdog, has no guard, and nothing failed" {
    mv "$T/root/dev/nvram" "$T/nvram"
    fadump guard begin
    [ "$status" = 0 ]
    [[ $errors == *"attempts are not counted: this machine has no /dev/nvram"* ]]
    mv "$T/nvram" "$T/root/dev/nvram"
    rm -r "$T/root/sys/class/watchdog"
    fadump guard begin
    [ "$status" = 0 ]
    [[ $errors == *"no watchdog: this machine has none of the driver pseries-wdt"* ]]
    [ -z "$(dog)" ]
}

@test "in a boot by kexec nothing is counted, and nothing armed" {
    : >"$T/root/proc/device-tree/chosen/linux,booted-from-kexec"
    cp "$T/root/dev/nvram" "$T/nvram"
    fadump guard begin
    [ "$status" = 3 ]
    [ -z "$(dog)" ]
    fadump capture
    [ "$status" = 5 ]
    cmp "$T/nvram" "$T/root/dev/nvram"
}

@test "watchdog = off: counted, not armed" {
    echo 'watchdog = off' >"$conf"
    fadump guard begin
    fadump capture
    [ -z "$(dog)" ]
    manifest
    [ "$(json attempt.number)" = 1 ]
    echo 'watchdog = 5s' >"$conf"
    fadump config check
    [ "$status" = 4 ]
    [[ $errors == *"watchdog takes from 10 to"* ]]
    echo 'watchdog = soon' >"$conf"
    fadump config check
    [[ $errors == *'takes "auto", "off" or a time'* ]]
}

@test "a configuration that is not right does not leave the watchdog running" {
    echo 'nonsense' >"$conf"
    fadump guard begin
    [ "$(dog)" = . ]
    fadump capture
    [ "$status" = 4 ]
    fadump guard end
    [[ $(dog) == *V ]]
}

@test "a capture that cannot count stops what the boot has armed: nobody would feed it" {
    fadump guard begin
    [ "$(dog)" = . ]
    head -c 65536 /dev/zero >"$T/root/dev/nvram"
    fadump capture
    [ "$(dog)" = .V ]
    cmp "$T/dump" "$(dump_dir)/vmcore"
}

@test "a core that is no dump: the watchdog is stopped before anything else is done, like a rescue shell" {
    printf damaged >"$T/root/proc/vmcore"
    fadump guard begin
    [ "$(dog)" = . ]
    fadump capture
    [ "$status" = 4 ]
    [[ $(dog) == *V ]]
}

@test "a count that failed half is no second attempt" {
    echo 'max-attempts = 2' >"$conf"
    mkdir -p "$T/root/run/fadump-ng/attempts"
    fadump guard begin
    [ "$status" = 1 ]
    [ -z "$(dog)" ]
    rmdir "$T/root/run/fadump-ng/attempts"
    fadump capture
    cmp "$T/dump" "$(dump_dir)/vmcore"
    manifest
    [ "$(json attempt.number)" = 1 ]
}

@test "while the watchdog may still run the count stays, saved or not" {
    fadump guard begin
    mv "$T/root/sys/class/watchdog" "$T/away"
    fadump capture
    cmp "$T/dump" "$(dump_dir)/vmcore"
    [[ $errors == *"cannot be stopped, and will reset this machine"* ]]
    grep -aq 'fadump-ng-attempts=[0-9a-f]*:1:' "$T/root/dev/nvram"
    mv "$T/away" "$T/root/sys/class/watchdog"
    fadump guard end
    [[ $(dog) == *V ]]
}

@test "what this boot has not marked it does not arm" {
    mkdir -p "$T/root/run/fadump-ng"
    ln -s nowhere "$T/root/run/fadump-ng/watchdog"
    fadump guard begin
    [ "$status" = 1 ]
    [ "$(dog)" = .V ]
}

@test "the last attempt's log goes to the next target where one does not take it" {
    printf 'target = file:///var/crash\ntarget = file:///var/other\nmax-attempts = 2\n' >"$conf"
    mkdir "$T/root/var/other"
    fadump guard begin
    STUB_EXIT=1 fadump capture
    reset
    rm "$(dump_dir)/vmcore-dmesg.txt"
    rm -r "$T/root/var/other/"*
    mkdir -p "$(dump_dir)/vmcore-dmesg.txt/in-the-way"
    fadump capture
    [[ $errors == *"(the last): saving the kernel log only"* ]]
    [ -s "$T/root/var/other/"*/vmcore-dmesg.txt ]
}

@test "guard end touches nothing that this boot has not armed" {
    fadump guard end
    [ "$status" = 0 ]
    [ -z "$(dog)" ]
}

@test "a slow makedumpfile is no reason for a reset: the watchdog is fed while it works" {
    echo 'watchdog = 10s' >"$conf"
    stub makedumpfile '
case " $* " in
*" -v "*) printf "makedumpfile: version 1.7.8 (released on 1 Jan 2026)\nlzo\tenabled\n" ;;
*" -F "*)
    # Six seconds in silence, at work.
    end=$(($(date +%s) + 6))
    while [ "$(date +%s)" -lt "$end" ]; do :; done
    cat "$FLAT" ;;
esac'
    fadump capture
    cmp "$T/dump" "$(dump_dir)/vmcore"
    [[ $(dog) == ..*V ]]
}

@test "a capture that was stopped is not fed, and starves" {
    echo 'watchdog = 10s' >"$conf"
    STUB_STOP=1 "$FADUMP_NG" --root "$T/root" capture 2>/dev/null 3>&- &
    pid=$!
    while [ "$(cut -d' ' -f3 "/proc/$pid/stat")" != T ]; do sleep 0.1; done
    sleep 1
    before=$(dog)
    sleep 5
    [ "$(dog)" = "$before" ]
    [[ $before == .* ]]
    kill -KILL "$pid"
    wait "$pid" || :
}
