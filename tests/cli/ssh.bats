#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# ssh:// targets with a real sshd and a drop box, an account without a shell in a directory of its own. The core is made
# by hand and makedumpfile is a stub; what arrives, and what is said when it does not, is real.

load lib
load sshd

setup() {
    cli_setup
    sshd_setup
    core sound-le-64k
    mkdir -p "$T/root/etc/fadump-ng"
    cp "$SSHD/known_hosts" "$T/root/etc/fadump-ng/known_hosts"
    cp "$SSHD/id" "$T/root/etc/fadump-ng/identity"
    capture_tools '
    if [ -x "$STUB/stream" ]; then exec sh "$STUB/stream"; fi
    cat "$FLAT"'
}

teardown() {
    sshd_teardown
}

capture() {
    fadump capture --core "$T/core" --no-release --target "$@"
}

# The one dump directory in the box.
box_dir() {
    find "$BOX/upload" -mindepth 1 -maxdepth 1 -type d
}

arrived() {
    [ "$status" = 0 ]
    cmp "${1-$T/dump}" "$(box_dir)/vmcore"
    [ -z "$(find "$BOX" -name '*.incomplete' -o -name '.fadump*')" ]
}

nothing_arrived() {
    [ "$status" = 1 ]
    [ -z "$(find "$BOX" -name vmcore -o -name '*.incomplete' -o -name '.fadump*')" ]
}

@test "a drop box gets an ordinary dump, with its log and manifest, for its owner's eyes" {
    capture "$URL"
    arrived
    [ "$(stat -c %a "$(box_dir)")" = 700 ]
    [ "$(stat -c %a "$(box_dir)"/* | sort -u)" = 600 ]
    grep -q 'a test' "$(box_dir)/vmcore-dmesg.txt"
    [ -s "$(box_dir)/capture.log" ]
    output=$(cat "$(box_dir)/manifest.json")
    [ "$(json complete)" = True ]
    [ "$(json target)" = "$URL" ]
    [[ $output != *unassured* ]]
    run "$FADUMP_NG" verify "$(box_dir)"
    [ "$status" = 0 ]
}

@test "a directory that is not there yet is made, as many connections as asked for are used" {
    echo 'verify = none' >"$T/root/etc/fadump-ng.conf"
    head -c 30000000 /dev/urandom >"$T/dump"
    "$TOOLS/flatten" "$T/dump" >"$T/flat"
    stub stream 'head -c 9000000 "$FLAT"
until [ "$(grep -c "Accepted publickey" "$SSHD/log")" = 4 ]; do sleep 0.05; done
sleep 1
tail -c +9000001 "$FLAT"'
    mv "$T/bin/stream" "$T/stream"
    export SSHD
    capture "$URL/deep/er?connections=4"
    [ "$status" = 0 ]
    cmp "$T/dump" "$BOX"/upload/deep/er/*/vmcore
    output=$(cat "$BOX"/upload/deep/er/*/manifest.json)
    [ "$(json targets.0.connections)" = 4 ]
    [[ $output != *resumed* ]]
}

@test "a second dump of the same crash gets a name of its own" {
    capture "$URL"
    capture "$URL"
    [ "$status" = 0 ]
    [ "$(find "$BOX" -name vmcore | wc -l)" = 2 ]
}

@test "a server with another key than the known one gets nothing" {
    ssh-keygen -q -t ed25519 -N '' -f "$T/other"
    printf '[127.0.0.1]:%s %s\n' "$PORT" "$(cut -d' ' -f1,2 "$T/other.pub")" >"$T/root/etc/fadump-ng/known_hosts"
    capture "$URL"
    nothing_arrived
    [[ $errors == *"the server's host key is not the one in known-hosts"* ]]
}

@test "an unknown server gets nothing" {
    : >"$T/root/etc/fadump-ng/known_hosts"
    capture "$URL"
    nothing_arrived
    [[ $errors == *"the server's host key is not the one in known-hosts"* ]]
}

@test "a key that the server does not know, and one that is not there" {
    rm "$T/root/etc/fadump-ng/identity"
    ssh-keygen -q -t ed25519 -N '' -f "$T/root/etc/fadump-ng/identity"
    capture "$URL"
    nothing_arrived
    [[ $errors == *"the server does not accept the key"* ]]
    rm "$T/root/etc/fadump-ng/identity"
    capture "$URL"
    nothing_arrived
    [[ $errors == *"/etc/fadump-ng/identity (identity-file) is not there"* ]]
}

@test "a place that may not be written to is said to be so" {
    capture "ssh://$DROPBOX_USER@127.0.0.1:$PORT/elsewhere"
    nothing_arrived
    [[ $errors == *"/elsewhere"*"ermission denied"* ]]
}

@test "a connection that dies in the middle is taken up again where it was" {
    echo 'verify = none' >"$T/root/etc/fadump-ng.conf"
    head -c 30000000 /dev/urandom >"$T/dump"
    "$TOOLS/flatten" "$T/dump" >"$T/flat"
    size=$(stat -c %s "$T/flat")
    stub stream "head -c $((size / 2)) $T/flat; tell 'touch $T/half'; while [ -e $T/half ]; do sleep 0.05; done
tail -c +$((size / 2 + 1)) $T/flat"
    mv "$T/bin/stream" "$T/stream"
    (
        until [ -e "$T/half" ]; do sleep 0.05; done
        sleep 0.3
        sessions=$(sshd_sessions)
        # shellcheck disable=SC2086 # a list of numbers
        kill -KILL $sessions
        rm "$T/half"
    ) &
    capture "$URL?connections=2"
    wait
    arrived
    output=$(cat "$(box_dir)/manifest.json")
    [ "$(json targets.0.resumed)" -ge 1 ]
    # The server may have been started anew: even with verify = none the whole file was read back.
    [ "$(json dump.verified)" = digest ]
    [ "$(json dump.digest.value)" = "sha256:$(fsverity digest --compact --hash-alg=sha256 --block-size=65536 "$T/dump")" ]
}

@test "what a server lost while it was away is missed" {
    echo 'verify = none' >"$T/root/etc/fadump-ng.conf"
    head -c 30000000 /dev/urandom >"$T/dump"
    "$TOOLS/flatten" "$T/dump" >"$T/flat"
    size=$(stat -c %s "$T/flat")
    stub stream "head -c $((size / 2)) $T/flat; tell 'touch $T/half'; while [ -e $T/half ]; do sleep 0.05; done
tail -c +$((size / 2 + 1)) $T/flat"
    mv "$T/bin/stream" "$T/stream"
    (
        until [ -e "$T/half" ]; do sleep 0.05; done
        sleep 0.3
        sshd_stop
        dd if=/dev/zero of="$(find "$BOX" -name vmcore.incomplete)" bs=4096 seek=1000 count=1 conv=notrunc status=none
        rm "$T/half"
        sshd_start
    ) &
    capture "$URL"
    wait
    nothing_arrived
    [[ $errors == *"the dump as read back is not what was written: digest sha256:"* ]]
}

@test "a server that is away for some seconds is waited for" {
    size=$(stat -c %s "$T/flat")
    stub stream "head -c $((size / 2)) $T/flat; tell 'touch $T/half'; while [ -e $T/half ]; do sleep 0.05; done
tail -c +$((size / 2 + 1)) $T/flat"
    mv "$T/bin/stream" "$T/stream"
    (
        until [ -e "$T/half" ]; do sleep 0.05; done
        sleep 0.3
        sshd_stop
        rm "$T/half"
        sleep 3
        sshd_start
    ) &
    capture "$URL"
    wait
    arrived
}

@test "a server that stays away is given up at the deadline, and the next target takes the dump" {
    size=$(stat -c %s "$T/flat")
    echo 'deadline = 5s' >"$T/root/etc/fadump-ng.conf"
    stub stream "head -c $((size / 2)) $T/flat; [ -e $T/once ] || { tell 'touch $T/half $T/once'; while [ -e $T/half ]; do sleep 0.05; done; }
tail -c +$((size / 2 + 1)) $T/flat"
    mv "$T/bin/stream" "$T/stream"
    (
        until [ -e "$T/half" ]; do sleep 0.05; done
        sleep 0.3
        sshd_stop
        rm "$T/half"
    ) &
    capture "$URL" --target file:///var/crash
    wait
    [ "$status" = 0 ]
    cmp "$T/dump" "$T"/root/var/crash/*/vmcore
    [ -z "$(find "$BOX" -name vmcore)" ]
    # Whether it is seen while writing or when all is to be acknowledged hangs on how much was under way.
    grep -qE 'ssh://.*(writing the dump failed|could not be made durable)' <<<"$errors"
}

@test "two sinks in one pass: both get the dump; one that fails is dropped and said to have failed" {
    capture "$URL" --target "also file:///var/crash"
    arrived
    cmp "$T/dump" "$T"/root/var/crash/*/vmcore
    rm -r "$BOX"/upload/* "$T"/root/var/crash/*
    rm "$T/root/etc/fadump-ng/identity"
    capture "$URL" --target "also file:///var/crash"
    [ "$status" = 0 ]
    cmp "$T/dump" "$T"/root/var/crash/*/vmcore
    output=$(cat "$T"/root/var/crash/*/manifest.json)
    [ "$(json targets.0.ok)" = False ]
    [ "$(json targets.1.ok)" = True ]
}

@test "require-all: one that fails is one too few" {
    echo 'require-all = yes' >"$T/root/etc/fadump-ng.conf"
    rm "$T/root/etc/fadump-ng/identity"
    capture "$URL" --target "also file:///var/crash"
    [ "$status" = 1 ]
    [[ $errors == *"dump saved to 1 of 2 targets; memory not released (require-all = yes)"* ]]
}

@test "config check and the image's configuration want the key, private, and the server's key" {
    echo "target = $URL" >"$T/root/etc/fadump-ng.conf"
    echo "network = none" >>"$T/root/etc/fadump-ng.conf"
    fadump config check
    [ "$status" = 0 ]
    fadump config show --for-image
    [ "$status" = 0 ]
    [[ $output == *"target = $URL"* ]]
    fadump config remote
    [ "$output" = "program ssh
private /etc/fadump-ng/identity
maybe /etc/fadump-ng/identity-cert.pub
private /etc/fadump-ng/known_hosts
maybe /etc/ssh/ssh_config" ]

    chmod 644 "$T/root/etc/fadump-ng/identity"
    fadump config check
    [ "$status" = 1 ]
    [[ $errors == *"/etc/fadump-ng/identity (identity-file) can be read by others"* ]]
    chmod 600 "$T/root/etc/fadump-ng/identity"

    # A name that is hashed is found as well.
    ssh-keygen -q -H -f "$T/root/etc/fadump-ng/known_hosts"
    fadump config check
    [ "$status" = 0 ]
    # Another salt, whatever it was.
    sed -i -E 's/^(.{4})X/\1Y/;t;s/./X/5' "$T/root/etc/fadump-ng/known_hosts"
    fadump config show --for-image
    [ "$status" = 1 ]
    [ -z "$output" ]
    [[ $errors == *"holds no key of [127.0.0.1]:$PORT"* ]]

    rm "$T/root/etc/fadump-ng/known_hosts"
    fadump config check
    [ "$status" = 1 ]
    [[ $errors == *"/etc/fadump-ng/known_hosts (known-hosts) is not there"* ]]
    rm "$T/root/etc/fadump-ng/identity"
    fadump config check
    [ "$status" = 1 ]
    [[ $errors == *"/etc/fadump-ng/identity (identity-file) is not there"* ]]
}

@test "an alias of ssh's own configuration is followed, for the connection and for the host key" {
    printf 'Host vault\n HostName 127.0.0.1\n Port %s\n User %s\n' "$PORT" "$DROPBOX_USER" >"$T/root/etc/fadump-ng/ssh_config"
    printf 'ssh-config = /etc/fadump-ng/ssh_config\ntarget = ssh://vault/upload\nnetwork = none\n' >"$T/root/etc/fadump-ng.conf"
    fadump config check
    [ "$status" = 0 ]
    capture ssh://vault/upload
    arrived
}

# Runs the real one; what it was asked for is in $T/asked.
watched_ssh() {
    stub ssh 'echo "$*" >>"$STUB/asked"
exec /usr/bin/ssh "$@"'
}

@test "AES-GCM comes first among ssh's own ciphers, and no other is left out" {
    watched_ssh
    capture "$URL"
    arrived
    [[ $(grep -v -- '-G' "$T/asked") == *" -oCiphers=aes128-gcm@openssh.com,aes256-gcm@openssh.com,"* ]]
    grep -v -- '-G' "$T/asked" | grep -o -- '-oCiphers=[^ ]*' | cut -d= -f2 | tr , '\n' | sort >"$T/offered"
    /usr/bin/ssh -G -F none host | sed -n 's/^ciphers //p' | tr , '\n' | sort | cmp - "$T/offered"
}

@test "ciphers that an administrator has chosen stay as they are" {
    watched_ssh
    printf 'Ciphers aes256-ctr\n' >"$T/root/etc/fadump-ng/ssh_config"
    printf 'ssh-config = /etc/fadump-ng/ssh_config\n' >"$T/root/etc/fadump-ng.conf"
    capture "$URL"
    arrived
    [[ $(cat "$T/asked") != *Ciphers=* ]]
}

# The first try leaves half a dump on the server; whatever its bytes were, none of them is in the second.
@test "makedumpfile that dies of a limit in the middle is run again, into a file that begins again" {
    # shellcheck disable=SC2016 # the stub expands for itself
    printf '%s\n' '#!/bin/sh' 'if [ "$(wc -l <"$STUB/calls")" = 1 ]; then head -c 60000 "$STUB/other"; echo "Too many open files" >&2; exit 1; fi' \
        'cat "$FLAT"' >"$T/stream"
    chmod +x "$T/stream"
    head -c 100000 /dev/urandom >"$T/noise"
    "$TOOLS/flatten" "$T/noise" >"$T/other"
    for url in "$URL" "$URL?connections=3"; do
        rm -rf "$BOX"/upload/* "$T/calls"
        capture "$url"
        arrived
        [[ $errors == *"once more without those on open files"* ]]
        output=$(cat "$(box_dir)/manifest.json")
        [ "$(json makedumpfile.without_limits)" = "['open files']" ]
        run "$FADUMP_NG" verify "$(box_dir)"
        [ "$status" = 0 ]
    done
}
