#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# ssh:// targets with servers that are not OpenSSH's sshd: what they have, a capture uses, and what they have not it says.
# All of them real, on the loopback, as root.

load lib

setup() {
    cli_setup
    tree pseries-dump
    capture_tools '
    cat "$FLAT"'
    mkdir -p "$T/root/etc/fadump-ng" "$T/box"
    chmod 0700 "$T/box"
    ssh-keygen -q -t ed25519 -N '' -f "$T/root/etc/fadump-ng/identity"
    ssh-keygen -q -t ed25519 -N '' -f "$T/host_key"
    PORT=$((20000 + RANDOM % 20000))
    printf '[127.0.0.1]:%s %s\n' "$PORT" "$(cut -d' ' -f1,2 "$T/host_key.pub")" >"$T/root/etc/fadump-ng/known_hosts"
    printf 'network = none\n' >"$T/root/etc/fadump-ng.conf"
    server=
}

teardown() {
    [ -z "$server" ] || kill "$server" || true
}

# In the background, for good: its output is of no interest unless it does not come up.
serve() {
    "$@" </dev/null >"$T/server" 2>&1 3>&- &
    server=$!
    local i
    for ((i = 0; i < 300; i++)); do
        (exec 9<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && return
        sleep 0.1
    done
    cat "$T/server"
    return 1
}

# The dump, with its log and manifest, under its name, and nothing half done.
arrived() {
    cmp "$T/dump" "$1"/*/vmcore
    grep -q 'a test' "$1"/*/vmcore-dmesg.txt
    [ -z "$(find "$1" -name '*.incomplete' -o -name '.fadump*')" ]
    output=$(cat "$1"/*/manifest.json)
    [ "$(json complete)" = True ]
}

@test "dropbear with OpenSSH's sftp-server: all that OpenSSH's sshd assures" {
    # Its program for SFTP is fixed when it is built, to where Debian has OpenSSH's.
    dropbearconvert openssh dropbear "$T/host_key" "$T/dropbear_key"
    # A home of its own, for the key alone.
    # shellcheck disable=SC2016 # the inner shell expands them
    serve unshare --mount --propagation private sh -ec 'mount -t tmpfs -o mode=0700 tmpfs /root
mkdir -m 0700 /root/.ssh && cp "$1/root/etc/fadump-ng/identity.pub" /root/.ssh/authorized_keys
exec dropbear -F -E -s -r "$1/dropbear_key" -p "127.0.0.1:$2"' sh "$T" "$PORT"
    fadump capture --target "ssh://root@127.0.0.1:$PORT$T/box/dumps?connections=2"
    [ "$(release_mem)" = 1 ]
    arrived "$T/box/dumps"
    [[ $output != *unassured* ]]
}

@test "ProFTPD's mod_sftp: it syncs files and no directories, the dump stays there and the memory too" {
    ssh-keygen -e -f "$T/root/etc/fadump-ng/identity.pub" >"$T/keys"
    mkdir "$T/box/dumps"
    echo "power:*:0:0::$T/box:/bin/sh" >"$T/passwd"
    chmod 600 "$T/passwd" "$T/host_key"
    cat >"$T/proftpd.conf" <<END
ServerType standalone
DefaultAddress 127.0.0.1
Port $PORT
User root
Group root
RootLogin on
RequireValidShell off
UseIPv6 off
WtmpLog off
PidFile $T/pid
ScoreboardFile $T/scoreboard
DelayEngine off
SystemLog $T/log
TransferLog none
AuthOrder mod_auth_file.c
AuthUserFile $T/passwd
LoadModule mod_sftp.c
LoadModule mod_auth_file.c
SFTPEngine on
SFTPLog $T/sftp.log
SFTPHostKey $T/host_key
SFTPAuthorizedUserKeys file:$T/keys
SFTPAuthMethods publickey
AllowOverwrite on
DefaultRoot $T/box
END
    serve proftpd -n -c "$T/proftpd.conf"
    fadump capture --target "ssh://power@127.0.0.1:$PORT/dumps"
    arrived "$T/box/dumps"
    [ -z "$(release_mem)" ]
    [ "$(json targets.0.unassured)" = "the server does not sync directories: a name may be lost when it dies" ]
    [[ $errors == *"see release-unassured in fadump-ng.conf(5)"* ]]
}

@test "a server in Python: it cannot sync, the dump stays there and the memory too" {
    cat >"$T/server.py" <<'END'
import asyncio
import sys

import asyncssh


class Box(asyncssh.SFTPServer):
    def __init__(self, chan):
        super().__init__(chan, chroot=sys.argv[1])


async def main():
    await asyncssh.listen("127.0.0.1", int(sys.argv[2]), server_host_keys=[sys.argv[3]], authorized_client_keys=sys.argv[4],
                          sftp_factory=Box)
    await asyncio.get_running_loop().create_future()


asyncio.run(main())
END
    serve /usr/bin/python3 "$T/server.py" "$T/box" "$PORT" "$T/host_key" "$T/root/etc/fadump-ng/identity.pub"
    fadump capture --target "ssh://power@127.0.0.1:$PORT/dumps"
    [ "$status" = 1 ]
    arrived "$T/box/dumps"
    [ -z "$(release_mem)" ]
    [[ $errors == *"see release-unassured in fadump-ng.conf(5)"* ]]
    [[ $output == *unassured* ]]
}
