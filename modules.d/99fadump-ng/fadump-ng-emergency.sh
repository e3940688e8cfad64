#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut before it opens a shell, reboots, halts or powers off (hooks emergency and shutdown-emergency). The
# capture must not be interrupted. If the boot ends here, it must also have run: an orderly end loses the dump.
# shellcheck disable=SC2154 # dracut's own variables

# Does the boot end here? Otherwise it continues when the shell is left.
fadump_ng_boot_ends() {
    [ -z "$(getarg rd.emergency)" ] || return 0
    [ ! -e "${fadump_ng_root-}/run/initramfs/.die" ] || return 0
    ! getargbool 1 rd.shell -d -y rdshell && ! getarg rd.break -d rdbreak > /dev/null
}

fadump_ng_shell_first() {
    warn "fadump-ng: a crash dump is in memory and not saved yet. It will be saved when the boot continues: leave the" \
        "shell to continue, do not reboot."
    # It must not reset the machine while the shell is in use. The capture starts it again.
    fadump-ng guard end < /dev/null
}

fadump_ng_start() {
    systemctl --job-mode=ignore-dependencies start "$@"
}

# With systemd, the capture is a unit that starts by itself once systemd-udev-trigger.service has finished. That service
# may have to wait for the very service of dracut's that sources this hook.
fadump_ng_emergency_systemd() {
    if [ "$(systemctl is-active fadump-ng-capture.service)" != activating ]; then
        [ ! -e "${fadump_ng_root-}/run/fadump-ng/tried" ] || return 0
        if ! systemctl --quiet is-active systemd-udev-trigger.service; then
            fadump_ng_boot_ends || {
                fadump_ng_shell_first
                return 0
            }
            # Otherwise each of these waits for this hook.
            fadump_ng_start fadump-ng-guard.service
            fadump_ng_start systemd-udevd.service
            fadump_ng_start systemd-udev-trigger.service
        fi
    fi
    warn "fadump-ng: waiting until the capture of the crash dump has ended"
    # Waits for a capture that is running or queued.
    fadump_ng_start fadump-ng-capture.service
}

# Without systemd, nothing runs beside this shell: what has begun has ended.
fadump_ng_emergency_plain() {
    [ ! -e "${fadump_ng_root-}/run/fadump-ng/tried" ] || return 0
    if ! fadump_ng_boot_ends; then
        case ${_rdshell_name-} in
            cmdline | pre-udev | pre-trigger | initqueue)
                fadump_ng_shell_first
                return 0
                ;;
        esac
    fi
    # The boot may end before udev has been started.
    [ -e "${fadump_ng_root-}/run/udev/control" ] \
        || "${systemdutildir:-/usr/lib/systemd}/systemd-udevd" --daemon --resolve-names=never
    udevadm trigger --type=subsystems --action=add
    udevadm trigger --type=devices --action=add
    # shellcheck source=fadump-ng-capture.sh
    . "${fadump_ng_root-}/usr/lib/fadump-ng/capture"
}

# At shutdown, dracut is back, but the devices of the targets need not be.
if [ -e "${fadump_ng_root-}/sys/kernel/fadump/release_mem" ] || [ -e "${fadump_ng_root-}/sys/kernel/fadump_release_mem" ]; then
    if [ "${action-}" != Shutdown ]; then
        if [ -n "${DRACUT_SYSTEMD-}" ]; then
            fadump_ng_emergency_systemd
        else
            fadump_ng_emergency_plain
        fi
        if fadump_ng_boot_ends && [ -e "${fadump_ng_root-}/proc/vmcore" ]; then
            warn "fadump-ng: the memory of the crash was not released. If the dump was not saved, it is lost with the end" \
                "of this boot."
        fi
    fi
fi
:
