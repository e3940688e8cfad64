#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# fadump-ng propagate against a real sshd and the drop box of docs/ssh.md.

load lib
load sshd

setup() {
    cli_setup
    sshd_setup
    # The box knows nobody yet.
    : >"$KEYS/keys"
    mkdir -p "$T/root/etc" "$T/bin"
    ETC=$T/root/etc/fadump-ng
    FINGERPRINT=$(ssh-keygen -lf "$SSHD/etc/host_key.pub" | cut -d' ' -f2)
}

teardown() {
    [ -z "${SSH_AGENT_PID-}" ] || ssh-agent -k >/dev/null
    sshd_teardown
}

# On a terminal: WORDS=ANSWER... -- ARGUMENTS of fadump-ng. What is said is in $output.
on_terminal() {
    local script=()
    while [ "$1" != -- ]; do
        script+=("$1")
        shift
    done
    status=0
    output=$("$HERE/../tools/on-terminal.py" "${script[@]}" -- "$FADUMP_NG" --root "$T/root" "${@:2}") || status=$?
    echo "status $status"
    echo "$output"
}

# What the administrator of the box does with what propagate printed.
admit() {
    grep '^restrict ssh-ed25519 ' <<<"$output" >>"$KEYS/keys"
}

# A machine that is through with it.
propagated() {
    fadump propagate --fingerprint "$FINGERPRINT" "$URL"
    [ "$status" = 1 ]
    admit
    fadump propagate "$URL"
    [ "$status" = 0 ]
}

new_host_key() {
    sshd_stop
    rm "$SSHD/etc/host_key" "$SSHD/etc/host_key.pub"
    ssh-keygen -q -t ed25519 -N '' -f "$SSHD/etc/host_key"
    sshd_start
}

@test "a new machine: key and host key are made, the line is printed; when it is in place, a write is tried" {
    fadump propagate --fingerprint "$FINGERPRINT" "$URL"
    [ "$status" = 1 ]
    [[ $errors == *"does not accept the key yet; add the line on standard output to the authorized_keys of $DROPBOX_USER"* ]]
    [ "$(grep -c '' <<<"$errors")" = 1 ]
    [ "$(grep '^restrict ' <<<"$output")" = "restrict $(cat "$ETC/identity.pub")" ]
    [[ $(cat "$ETC/identity.pub") == "ssh-ed25519 "*" fadump-ng@$(hostname)" ]]
    [ "$(stat -c %a "$ETC")" = 700 ]
    [ "$(stat -c %a "$ETC/identity")" = 600 ]
    [ "$(stat -c %a "$ETC/known_hosts")" = 600 ]
    cmp "$ETC/known_hosts" "$SSHD/known_hosts"
    [ "$(ls "$ETC")" = "identity
identity.pub
known_hosts" ]
    admit
    cp -r "$ETC" "$T/before"
    fadump propagate "$URL"
    [ "$status" = 0 ]
    [ -z "$errors" ]
    [[ $output == *"the server accepts the key"*"$URL: written to; "*" GiB free"* ]]
    # Nothing is left in the box, and a run that changes nothing changes nothing.
    [ -z "$(find "$BOX/upload" -mindepth 1)" ]
    diff -r "$ETC" "$T/before"
    [[ $output != *"build it again"* ]]
}

@test "what propagate made is what config check wants" {
    propagated
    echo "target = $URL" >"$T/root/etc/fadump-ng.conf"
    echo "network = none" >>"$T/root/etc/fadump-ng.conf"
    fadump config check
    [ "$status" = 0 ]
}

@test "a wrong fingerprint, or none and nobody to ask: nothing is believed" {
    fadump propagate --fingerprint "SHA256:$(printf 'A%.0s' {1..43})" "$URL"
    [ "$status" = 1 ]
    [[ $errors == *"shows no key with the fingerprint SHA256:AAAA"* ]]
    [[ $output == *"$FINGERPRINT"* ]]
    [ ! -e "$ETC/known_hosts" ]
    fadump propagate "$URL" </dev/null
    [ "$status" = 1 ]
    [[ $errors == *"the host key of [127.0.0.1]:$PORT is not known"*"--fingerprint"* ]]
    [ ! -e "$ETC/known_hosts" ]
    [ "$(grep -c Accepted "$SSHD/log")" = 0 ]
}

@test "a wrong fingerprint of a server that is known changes nothing either" {
    propagated
    fadump propagate --fingerprint "SHA256:$(printf 'A%.0s' {1..43})" "$URL"
    [ "$status" = 1 ]
    cmp "$ETC/known_hosts" "$SSHD/known_hosts"
    fadump propagate --fingerprint "$FINGERPRINT" "$URL"
    [ "$status" = 0 ]
}

@test "a host key that changed is refused, and replaced by the one that --fingerprint names" {
    propagated
    printf 'other.example %s\n' "$(cut -d' ' -f1,2 "$SSHD/etc/host_key.pub")" >>"$ETC/known_hosts"
    cp "$ETC/known_hosts" "$T/before"
    new_host_key
    fadump propagate "$URL"
    [ "$status" = 1 ]
    [[ $errors == *"host key is not the one in known-hosts"*"--fingerprint"* ]]
    cmp "$ETC/known_hosts" "$T/before"
    # The one it had does not help.
    fadump propagate --fingerprint "$FINGERPRINT" "$URL"
    [ "$status" = 1 ]
    cmp "$ETC/known_hosts" "$T/before"

    fadump propagate --fingerprint "$(ssh-keygen -lf "$SSHD/etc/host_key.pub" | cut -d' ' -f2)" "$URL"
    [ "$status" = 0 ]
    [ "$(grep -c '' "$ETC/known_hosts")" = 2 ]
    grep -q '^other.example ' "$ETC/known_hosts"
    grep -qxFf "$SSHD/known_hosts" "$ETC/known_hosts"
    [ "$(stat -c %a "$ETC/known_hosts")" = 600 ]
    [ -z "$(find "$ETC" -name '*.old' -o -name '*.incomplete*')" ]
    fadump propagate "$URL"
    [ "$status" = 0 ]
}

@test "--fingerprint keeps that key alone; a last line without its end is not glued to the new one" {
    ssh-keygen -q -t ecdsa -N '' -f "$SSHD/etc/second"
    echo "HostKey $SSHD/etc/second" | cat - "$SSHD/etc/sshd_config" >"$T/config"
    cp "$T/config" "$SSHD/etc/sshd_config"
    sshd_stop
    sshd_start
    mkdir -p "$ETC"
    printf 'other.example ssh-ed25519 AAAA' >"$ETC/known_hosts"
    fadump propagate --fingerprint "$FINGERPRINT" "$URL"
    [ "$(cat "$ETC/known_hosts")" = "other.example ssh-ed25519 AAAA
$(cat "$SSHD/known_hosts")" ]
}

@test "a key that is there is never replaced; one that is not fit is said to be so" {
    mkdir -p "$ETC"
    cp "$SSHD/id" "$ETC/identity"
    fadump propagate --fingerprint "$FINGERPRINT" "$URL"
    [ "$status" = 1 ]
    cmp "$SSHD/id" "$ETC/identity"
    [[ $output == *"restrict $(cut -d' ' -f1,2 "$SSHD/id.pub")"* ]]
    chmod 640 "$ETC/identity"
    fadump propagate "$URL"
    [ "$status" = 1 ]
    [[ $errors == *"chmod 600"* ]]
    chmod 600 "$ETC/identity"
    ssh-keygen -q -p -P '' -N 'a secret' -f "$ETC/identity"
    fadump propagate "$URL"
    [ "$status" = 1 ]
    [[ $errors == *"/etc/fadump-ng/identity (identity-file): it is not a private key without a passphrase"* ]]
}

@test "where Ed25519 is refused, as in FIPS mode, the key is ECDSA" {
    real=$(command -v ssh-keygen)
    printf '#!/bin/sh\ncase " $* " in *" -t ed25519 "*) echo "unsupported" >&2; exit 1 ;; esac\nexec %s "$@"\n' "$real" >"$T/bin/ssh-keygen"
    chmod +x "$T/bin/ssh-keygen"
    PATH=$T/bin:$PATH
    fadump propagate --fingerprint "$FINGERPRINT" "$URL"
    [ "$status" = 1 ]
    [[ $(cat "$ETC/identity.pub") == "ecdsa-sha2-nistp256 "* ]]
    grep '^restrict ecdsa' <<<"$output" >"$KEYS/keys"
    fadump propagate "$URL"
    [ "$status" = 0 ]
}

@test "on a terminal the host key is shown and asked about" {
    on_terminal "[yes/no]=no" -- propagate "$URL"
    [ "$status" = 1 ]
    [[ $output == *"$FINGERPRINT"*"is this the key of [127.0.0.1]:$PORT?"*"not confirmed"* ]]
    [ ! -e "$ETC/known_hosts" ]
    on_terminal "is this the key=y" "[yes/no]=yes" "add it=no" -- propagate "$URL"
    [ "$status" = 1 ]
    cmp "$ETC/known_hosts" "$SSHD/known_hosts"
}

@test "on a terminal the key is installed by a login of one's own, whose passphrase ssh asks for itself" {
    # An account with a home of its own: its keys are where the login can write them.
    home=$BOX$(getent passwd "$DROPBOX_USER" | cut -d: -f6)
    mkdir -p "$home"
    chown "$DROPBOX_USER" "$home"
    sed -i "s|AuthorizedKeysFile.*|AuthorizedKeysFile $KEYS/keys $home/.ssh/authorized_keys|" "$SSHD/etc/sshd_config"
    sshd_stop
    sshd_start
    ssh-keygen -q -t ed25519 -N 'a secret' -f "$T/own"
    cat "$T/own.pub" >"$KEYS/keys"
    mkdir -p "$ETC"
    printf 'Host *\n IdentityFile %s/own\n' "$T" >"$ETC/ssh_config"
    echo "ssh-config = /etc/fadump-ng/ssh_config" >"$T/root/etc/fadump-ng.conf"
    on_terminal "is this the key=yes" "add it to .ssh=yes" "passphrase=a secret" -- propagate "$URL"
    [ "$status" = 0 ]
    [[ $output == *"the key was added"*"the server accepts the key"*"written to"* ]]
    [ "$(cat "$home/.ssh/authorized_keys")" = "restrict $(cat "$ETC/identity.pub")" ]
    [ "$(stat -c %a "$home/.ssh/authorized_keys")" = 600 ]
    [ "$(stat -c %a "$home/.ssh")" = 700 ]
    fadump propagate "$URL"
    [ "$status" = 0 ]
    [ "$(grep -c '' "$home/.ssh/authorized_keys")" = 1 ]

    # A wrong one, and keys that are there already.
    sed -i 's/.*/# nothing/' "$home/.ssh/authorized_keys"
    on_terminal "add it to .ssh=yes" "passphrase=wrong" "passphrase=wrong" "passphrase=wrong" -- propagate "$URL"
    [ "$status" = 1 ]
    [[ $output == *"the key could not be installed"* ]]
    on_terminal "add it to .ssh=yes" "passphrase=a secret" -- propagate "$URL"
    [ "$status" = 0 ]
    [ "$(cat "$home/.ssh/authorized_keys")" = "# nothing
restrict $(cat "$ETC/identity.pub")" ]
}

@test "an agent's key does not stand for ours: a capture has no agent" {
    ssh-keygen -q -t ed25519 -N '' -f "$T/own"
    cat "$T/own.pub" >"$KEYS/keys"
    mkdir -p "$ETC"
    printf 'Host *\n IdentityFile %s/own.pub\n' "$T" >"$ETC/ssh_config"
    echo "ssh-config = /etc/fadump-ng/ssh_config" >"$T/root/etc/fadump-ng.conf"
    eval "$(ssh-agent -s 3>&-)" >/dev/null
    ssh-add -q "$T/own"
    fadump propagate --fingerprint "$FINGERPRINT" "$URL"
    [ "$status" = 1 ]
    [[ $errors == *"does not accept the key yet"* ]]
}

@test "an alias gets the host key under its own name; through a jump host propagate says what to do" {
    mkdir -p "$ETC"
    printf 'Host vault\n HostName 127.0.0.1\n Port %s\n User %s\n HostKeyAlias safe\n' "$PORT" "$DROPBOX_USER" >"$ETC/ssh_config"
    echo "ssh-config = /etc/fadump-ng/ssh_config" >"$T/root/etc/fadump-ng.conf"
    fadump propagate --fingerprint "$FINGERPRINT" ssh://vault/upload
    [ "$(cut -d' ' -f1 "$ETC/known_hosts")" = safe ]
    admit
    fadump propagate ssh://vault/upload
    [ "$status" = 0 ]
    rm "$ETC/known_hosts"
    echo " ProxyJump gate.example" >>"$ETC/ssh_config"
    fadump propagate --fingerprint "$FINGERPRINT" ssh://vault/upload
    [ "$status" = 1 ]
    [[ $errors == *"run ssh-keyscan -p $PORT 127.0.0.1 where it is reached"*"under the name safe"* ]]
}

@test "a place that may not be written to, a server that is not there" {
    propagated
    fadump propagate "ssh://$DROPBOX_USER@127.0.0.1:$PORT/elsewhere"
    [ "$status" = 1 ]
    [[ $errors == *"/elsewhere"*"ermission denied"* ]]
    sshd_stop
    rm "$ETC/known_hosts"
    fadump propagate --fingerprint "$FINGERPRINT" "$URL"
    [ "$status" = 1 ]
    [[ $errors == *"no SSH server answers at 127.0.0.1 port $PORT"* ]]
}

@test "what is no such URL or fingerprint is a usage error, and makes nothing" {
    for arguments in "" "$URL $URL" "file:///var/crash" "/var/crash" "ssh://u:secret@host/x" "--fingerprint MD5:aa $URL" \
        "--fingerprint SHA256:short $URL" "--fingerprint $FINGERPRINT nfs://server/x" "--fingerprint"; do
        # shellcheck disable=SC2086 # words
        fadump propagate $arguments
        [ "$status" = 2 ]
    done
    [ ! -e "$ETC" ]
}
