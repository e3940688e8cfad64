# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# A real sshd with a drop box: an account that is locked into a directory and can do nothing but SFTP. As root, since it
# is a chroot; everything is below $SSHD, and ends with sshd_stop.

# The account is the one Debian's own packages leave unused; nothing is added to the machine.
DROPBOX_USER=games

sshd_setup() {
    SSHD=$BATS_TEST_TMPDIR/sshd
    mkdir -p "$SSHD/etc"
    # All directories above a chroot must be root's alone, which a test's own need not be.
    BOX=$(mktemp -d /run/fadump-ng-box.XXXXXX)
    chmod 755 "$BOX"
    mkdir "$BOX/upload"
    chown "$DROPBOX_USER" "$BOX/upload"
    ssh-keygen -q -t ed25519 -N '' -f "$SSHD/etc/host_key"
    ssh-keygen -q -t ed25519 -N '' -f "$SSHD/id"
    # Where sshd takes keys from must be root's alone as well.
    KEYS=$(mktemp -d /run/fadump-ng-keys.XXXXXX)
    chmod 755 "$KEYS"
    cp "$SSHD/id.pub" "$KEYS/keys"
    chmod 644 "$KEYS/keys"
    PORT=$((20000 + RANDOM % 20000))
    mkdir -p /run/sshd
    cat >"$SSHD/etc/sshd_config" <<END
Port $PORT
ListenAddress 127.0.0.1
HostKey $SSHD/etc/host_key
PidFile $SSHD/pid
UsePAM no
Subsystem sftp internal-sftp
MaxStartups 50
END
    sshd_drop_box >>"$SSHD/etc/sshd_config"
    sshd_start
    URL=ssh://$DROPBOX_USER@127.0.0.1:$PORT/upload
}

# The block that docs/ssh.md tells administrators to use, with this test's account and directories.
sshd_drop_box() {
    local block line
    block=$(awk '/^<!-- sshd_config:/ { here = 1; next } here && /^```/ { if (inside++) exit; next } inside' \
        "$BATS_TEST_DIRNAME/../../docs/ssh.md")
    for line in "Match User power" "ChrootDirectory /srv/power" "AuthorizedKeysFile /etc/ssh/dropbox/power" "internal-sftp -u 0077"; do
        grep -qF "$line" <<<"$block" || return 1
    done
    sed -e "s|Match User power|Match User $DROPBOX_USER|" -e "s|/srv/power|$BOX|" -e "s|/etc/ssh/dropbox/power|$KEYS/keys|" \
        -e "s|-u 0077|& ${SFTP_OPTIONS-}|" <<<"$block"
}

sshd_start() {
    local i
    # A daemon with bats' own output open would keep it from ending.
    /usr/sbin/sshd -f "$SSHD/etc/sshd_config" -E "$SSHD/log" </dev/null >/dev/null 2>&1 3>&-
    for ((i = 0; i < 100; i++)); do
        (exec 9<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && break
        sleep 0.05
    done
    printf '[127.0.0.1]:%s %s\n' "$PORT" "$(cut -d' ' -f1,2 "$SSHD/etc/host_key.pub")" >"$SSHD/known_hosts"
}

# The processes of its sessions: children of the one that listens, and theirs.
sshd_sessions() {
    local children
    children=$(pgrep -P "$(cat "$SSHD/pid")") || return 0
    echo "$children"
    pgrep -P "$(echo "$children" | paste -sd,)" || true
}

sshd_stop() {
    local listener sessions
    [ -e "$SSHD/pid" ] || return 0
    listener=$(cat "$SSHD/pid")
    sessions=$(sshd_sessions)
    # shellcheck disable=SC2086 # a list of numbers
    kill -KILL "$listener" $sessions 2>/dev/null || true
    rm -f "$SSHD/pid"
}

sshd_teardown() {
    sshd_stop
    [ -z "${BOX-}" ] || rm -rf "$BOX"
    [ -z "${KEYS-}" ] || rm -rf "$KEYS"
}
