#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The capture program in the initramfs, with what it needs to reach its targets. What the configuration means
# is the program's affair: it is asked, never parsed here.
#
# An image that cannot capture is built all the same, without a capture: fadump-ng-image.sh.
#
# Its number is 99, not one of the 50 to 59 that dracut has for modules of others: it must come after the modules of which it
# replaces or completes files (busybox's links, nsswitch.conf). It depends on no other order.
# shellcheck disable=SC2154 # dracut's own variables: initdir, moddir, systemdsystemunitdir...

# shellcheck source=fadump-ng-image.sh
. "${BASH_SOURCE[0]%/*}/fadump-ng-image.sh"
# shellcheck source=fadump-ng-fabrics.sh
. "${BASH_SOURCE[0]%/*}/fadump-ng-fabrics.sh"

# Does the image's kernel have this file system, as a module or built in?
fadump_ng_knows() {
    local driver=$1

    # ext4 does for its forebears.
    [[ $driver != ext[23] ]] || driver=ext4
    # shellcheck disable=SC2154
    modprobe --set-version "$kernel" --dirname "$dracutsysrootdir" --show-depends "$driver" &> /dev/null \
        || grep -qs "/$driver\.ko" "$srcmods/modules.builtin" \
        || [[ $(find "$srcmods" -name "$driver.ko*" -print -quit 2> /dev/null) ]]
}

# The drivers for an interface; for all that there are when it is "*".
fadump_ng_installkernel_nic() {
    local interface driver
    local -a own drivers=()

    # shellcheck disable=SC2231 # "*" is to be expanded
    for interface in ${fadump_ng_sysfs-/sys}/class/net/$1; do
        mapfile -t own < <(fadump_ng_drivers "$interface/device")
        [[ ${#own[@]} == 0 || $1 == '*' ]] || fadump_ng_knows "${own[0]}" \
            || fadump_ng_give_up "kernel $kernel has no driver ${own[0]}, which the interface $1 needs"
        for driver in "${own[@]}"; do
            ! fadump_ng_knows "$driver" || drivers+=("$driver")
        done
    done
    if ((${#drivers[@]} == 0)); then
        dwarn "fadump-ng: no network card here is called $1; taking the drivers ibmveth, ibmvnic and virtio_net"
        for driver in ibmveth ibmvnic virtio_net virtio_pci; do
            ! fadump_ng_knows "$driver" || drivers+=("$driver")
        done
    fi
    # Without an argument instmods reads its standard input.
    ((${#drivers[@]} == 0)) || hostonly='' instmods "${drivers[@]}"
}

# The program that is a DHCP client here: of udhcpc's kind ($1), which may be busybox's, or another one.
fadump_ng_dhcp_client() {
    local name

    for name in "$1" busybox dhcpcd dhclient; do
        find_binary "$name" > /dev/null || continue
        # Not grep -q, which would end before busybox has written all.
        [[ $name != busybox ]] || busybox --list 2> /dev/null | grep -x "$1" > /dev/null || continue
        echo "$name"
        return 0
    done
    return 1
}

fadump_ng_check_tools() {
    fadump_ng_tool fadump-ng fadump-ng
    fadump_ng_tool makedumpfile makedumpfile
    fadump_ng_tool vmcore-dmesg kexec-tools
    fadump_ng_tool modprobe kmod
    fadump_ng_tool lsblk util-linux
}

fadump_ng_check_answers() {
    local fstype what name

    while read -r fstype _; do
        [[ $fstype != ext* ]] || fadump_ng_tool e2fsck e2fsprogs
    done < "$fadump_ng_answers/devices"
    fadump_ng_check_fabrics
    [[ ! -s $fadump_ng_answers/needs ]] || fadump_ng_tool ip iproute2
    while read -r what name; do
        [[ $what != applet ]] || fadump_ng_dhcp_client "$name" > /dev/null \
            || fadump_ng_give_up "the network needs DHCP, and there is no client for it: $name, a busybox that has it, dhcpcd or \
dhclient; install one of them, or write the address into the configuration, as in network = ip=192.0.2.5::192.0.2.1:24::eth0:none"
    done < "$fadump_ng_answers/needs"
    fadump_ng_check_dependencies
}

# called by dracut
check() {
    # Only when asked for, and not a word otherwise.
    fadump_ng_wanted || return 255
    fadump_ng_prepare
    if [[ -s $fadump_ng_work/broken && ${FADUMP_NG_STRICT-} ]]; then
        dfatal "fadump-ng: $(< "$fadump_ng_work/broken")"
        return 1
    fi
    return 255
}

# The modules of dracut that the targets need, one a line.
fadump_ng_dependencies() {
    local fstype type

    {
        while read -r fstype _; do
            [[ $fstype == btrfs ]] && find_binary btrfs > /dev/null && echo btrfs
        done < "$fadump_ng_answers/devices"
        while read -r _ type _; do
            case $type in
                lvm) echo lvm ;;
                crypt) echo crypt ;;
                mpath) echo multipath ;;
                raid* | linear) echo mdraid ;;
            esac
        done < "$fadump_ng_answers/layers"
        cut -d ' ' -f 1 "$fadump_ng_answers/fabrics"
    } | sort -u
}

# dracut ends with an error for a module that was asked for and depends on one that cannot be installed. Asked in a subshell, dracut
# changes nothing.
fadump_ng_check_dependencies() {
    local name

    declare -F check_module > /dev/null || return 0
    # shellcheck disable=SC2154
    for name in $(fadump_ng_dependencies); do
        # shellcheck disable=SC2030
        (
            add_dracutmodules+=" $name "
            [[ " $omit_dracutmodules " != *" $name "* ]] && check_module "$name"
        ) &> /dev/null || fadump_ng_give_up "a target needs dracut's module $name, which cannot be installed: see what \
'dracut --add $name' says, and omit_dracutmodules in dracut.conf"
    done
}

# called by dracut
depends() {
    fadump_ng_wanted || return 0
    fadump_ng_prepare
    [[ -s $fadump_ng_work/broken ]] || fadump_ng_dependencies
}

# called by dracut
installkernel() {
    fadump_ng_wanted || return 0
    fadump_ng_prepare
    fadump_ng_try fadump_ng_installkernel || [[ ! ${FADUMP_NG_STRICT-} ]] || {
        dfatal "fadump-ng: $(< "$fadump_ng_work/broken")"
        exit 1
    }
    return 0
}

fadump_ng_installkernel() {
    local fstype name what

    # Whatever the image is tailored to: the root device's drivers need not be those of the target.
    while read -r fstype _; do
        hostonly='' instmods "$fstype" crc32c
        fadump_ng_knows "$fstype" \
            || fadump_ng_give_up "kernel $kernel has no driver for $fstype, which a target's device holds"
    done < "$fadump_ng_answers/devices"
    while read -r name; do
        hostonly='' instmods "$name"
    done < "$fadump_ng_answers/drivers"
    fadump_ng_installkernel_network
    # The watchdog, and where attempts are counted: where the kernel has them as modules.
    for name in pseries-wdt nvram; do
        if fadump_ng_knows "$name"; then
            hostonly='' instmods "$name"
        fi
    done
    while read -r what name; do
        [[ $what == module ]] || continue
        hostonly='' instmods "$name"
        fadump_ng_knows "$name" || fadump_ng_give_up "kernel $kernel has no driver $name, which a target needs"
    done < "$fadump_ng_answers/remote"
    return 0
}

fadump_ng_installkernel_network() {
    local what name

    while read -r what name; do
        case $what in
            interface) fadump_ng_installkernel_nic "$name" ;;
            module)
                hostonly='' instmods "$name"
                fadump_ng_knows "$name" \
                    || fadump_ng_give_up "kernel $kernel has no driver $name, which the network of a target needs"
                ;;
        esac
    done < "$fadump_ng_answers/needs"
}

# Have udev put a target on LVM or MD RAID together, whatever the command line lets dracut assemble for the root. In a
# capture boot only, and without anything in the boot waiting for it. Reads "NAME TYPE PATH" lines.
fadump_ng_assemble() {
    local type path lv

    echo 'ACTION!="add|change", GOTO="fadump_ng_end"'
    echo 'SUBSYSTEM!="block", GOTO="fadump_ng_end"'
    echo 'TEST!="/sys/kernel/fadump/release_mem", TEST!="/sys/kernel/fadump_release_mem", GOTO="fadump_ng_end"'
    echo 'ENV{DM_MULTIPATH_DEVICE_PATH}=="1", GOTO="fadump_ng_end"'
    while read -r _ type path; do
        case $type in
            lvm)
                # A volume inside another one has no name here; it comes with the outer one.
                lv=$(lvm lvs --noheadings --options lv_full_name "$path" 2> /dev/null) || continue
                echo "ENV{ID_FS_TYPE}==\"LVM2_member\"," \
                    "RUN+=\"$(find_binary lvm) lvchange --sysinit --noudevsync --yes -K -ay ${lv// /}\""
                ;;
            raid* | linear)
                echo "ENV{ID_FS_TYPE}==\"linux_raid_member\"," \
                    "RUN+=\"$(find_binary mdadm) --incremental \$env{DEVNAME}\""
                ;;
        esac
    done
    echo 'LABEL="fadump_ng_end"'
}

# inst_multiple, for programs of which an applet of busybox is not as good: dracut's busybox module, which comes first, links
# every applet to busybox, and PATH finds its ip in sbin before the real one in bin.
fadump_ng_programs() {
    local name dir

    for name in "$@"; do
        [[ $name != -* && $name != /* && $(readlink -f "$(find_binary "$name")") != */busybox ]] || continue
        for dir in usr/bin usr/sbin bin sbin; do
            [[ $(readlink "$initdir/$dir/$name") != *busybox ]] || rm -f "$initdir/$dir/$name"
        done
    done
    inst_multiple "$@"
}

# What brings the network up in a capture boot, and only there: the program does it itself, with ip and udhcpc.
fadump_ng_install_network() {
    local what name

    [[ -s $fadump_ng_answers/needs ]] || return 0
    (umask 077 && cat "$fadump_ng_answers/network" > "$initdir/etc/fadump-ng.network") \
        || fadump_ng_give_up "cannot write the record of the network into the image"
    fadump_ng_programs ip || fadump_ng_give_up "cannot install ip"
    while read -r what name; do
        [[ $what == applet ]] || continue
        fadump_ng_programs "$(fadump_ng_dhcp_client "$name")" || fadump_ng_give_up "cannot install a DHCP client"
        inst "$moddir/fadump-ng-udhcpc.sh" /usr/lib/fadump-ng/udhcpc || fadump_ng_give_up "cannot install the script for $name"
        inst_simple "$moddir/fadump-ng-dhclient.conf" /usr/lib/fadump-ng/udhcpc.conf
        # What the script calls, for clients other than busybox's.
        fadump_ng_programs cat mv
        inst_multiple -o /usr/libexec/dhcpcd-run-hooks /usr/lib/dhcpcd/dhcpcd-run-hooks /etc/protocols
    done < "$fadump_ng_answers/needs"
    # Names of hosts: what is in /etc/hosts, then DNS.
    inst_libdir_file 'libnss_dns.so*' 'libnss_files.so*' 'libresolv.so*'
    inst_multiple -o getent udevadm /etc/hosts
    if ! grep -qs '^hosts:.*dns' "$initdir/etc/nsswitch.conf"; then
        [[ ! -e $initdir/etc/nsswitch.conf ]] || sed -i '/^hosts:/d' "$initdir/etc/nsswitch.conf"
        echo 'hosts: files dns' >> "$initdir/etc/nsswitch.conf"
    fi
    if dracut_module_included systemd; then
        inst_simple "$moddir/fadump-ng-capture-network.conf" /usr/lib/fadump-ng/capture-network.conf
        inst "$moddir/fadump-ng-network-generator.sh" \
            "${systemdutildir:-/usr/lib/systemd}/system-generators/fadump-ng-network-generator" \
            || fadump_ng_give_up "cannot install the generator for the network"
    fi
}

# Programs, keys and the like for targets on other machines. Private keys stay root's own.
fadump_ng_install_remote() {
    local what name

    while read -r what name; do
        case $what in
            program) fadump_ng_programs "$name" || fadump_ng_give_up "cannot install $name" ;;
            private)
                # Not by inst_simple, which installs what a symbolic link points to as well: fadump_ng_undo would leave that.
                if ! mkdir -p "$initdir${name%/*}" || ! (umask 077 && cp --remove-destination --dereference "$name" "$initdir$name") \
                    || ! chmod 0600 "$initdir$name"; then
                    fadump_ng_give_up "cannot install $name"
                fi
                ;;
            maybe) inst_multiple -o "$name" ;;
        esac
        case $name in
            # What the system's own configuration includes, its crypto policy among it.
            ssh) inst_multiple -o /etc/ssh/ssh_config.d/*.conf /etc/crypto-policies/back-ends/openssh.config ;;
            mount.nfs) inst_multiple -o mount.nfs4 /etc/netconfig /etc/protocols /etc/services /etc/nfsmount.conf ;;
        esac
    done < "$fadump_ng_answers/remote"
}

# What takes each boot with a dump before this module's capture would.
fadump_ng_alone() {
    local name

    for name in zz-fadumpinit fadumpinit; do
        ! dracut_module_included "$name" \
            || fadump_ng_give_up "kdump's module $name is in this image, too, and would take the boot that captures; set \
KDUMP_FADUMP=\"false\" in /etc/sysconfig/kdump where there is such a setting, or disable kdump.service"
    done
}

# A target's paths are needed in a capture boot. Where the root does not need the daemon, no other boot starts it.
fadump_ng_install_multipath() {
    local dir=$initdir$systemdsystemunitdir/multipathd.service.d

    [[ $hostonly ]] && grep -q '^[^ ]* mpath ' "$fadump_ng_answers/layers" || return 0
    [[ ! -e $fadump_ng_work/multipath ]] || return 0
    ! for_each_host_dev_and_slaves fadump_ng_is_mpath || return 0
    mkdir -p "$dir"
    printf '[Unit]\nConditionPathExists=|%s\nConditionPathExists=|%s\n' /sys/kernel/fadump/release_mem \
        /sys/kernel/fadump_release_mem > "$dir/fadump-ng.conf"
}

# The argument is MAJOR:MINOR.
fadump_ng_is_mpath() {
    grep -qs '^mpath-' "${fadump_ng_sysfs-/sys}/dev/block/$1/dm/uuid"
}

# Whose dumps are this machine's, on a target that others share. An image for any machine does not say.
fadump_ng_install_machine_id() {
    local id=$dracutsysrootdir/etc/machine-id

    [[ $hostonly && -r $id ]] || return 0
    (umask 077 && cat "$id" > "$initdir/etc/fadump-ng.machine-id")
}

# called by dracut
install() {
    fadump_ng_wanted || return 0
    fadump_ng_prepare
    if fadump_ng_try fadump_ng_install; then
        fadump_ng_unmark
        [[ ! -e $fadump_ng_work/complete ]] || fadump_ng_remember
        return 0
    fi
    if [[ ${FADUMP_NG_STRICT-} ]]; then
        dfatal "fadump-ng: $(< "$fadump_ng_work/broken")"
        exit 1
    fi
    fadump_ng_undo
    fadump_ng_mark
    return 0
}

fadump_ng_install() {
    local hook

    fadump_ng_alone
    (umask 077 && cat "$fadump_ng_answers/config" > "$initdir/etc/fadump-ng.conf") \
        || fadump_ng_give_up "cannot write the configuration into the image"

    inst "$(find_binary fadump-ng)" /usr/bin/fadump-ng || fadump_ng_give_up "cannot install the capture program"
    fadump_ng_programs makedumpfile vmcore-dmesg modprobe || fadump_ng_give_up "cannot install the capture program's tools"
    # makedumpfile's threads load it when they end.
    inst_libdir_file 'libgcc_s.so*' \
        || fadump_ng_give_up "libgcc_s.so.1 is not installed; install the package libgcc-s1 or libgcc"
    # It runs as nobody and copies VMCOREINFO to a file in there.
    mkdir -p "$initdir/tmp" && chmod 1777 "$initdir/tmp"
    fadump_ng_programs -o e2fsck /etc/e2fsck.conf /etc/hostname
    fadump_ng_install_machine_id
    # The mark by which the program knows where it is; without systemd some versions of dracut leave it out.
    [[ -e $initdir/etc/initrd-release ]] || : > "$initdir/etc/initrd-release"
    # For a person in the rescue shell: the programs by their names, and all else as applets of busybox. No links to those: a
    # module that comes after this one would then not install the program of that name.
    fadump_ng_programs -o cat cp dd df dmesg du grep less ls lsblk mkdir mount mv ps reboot rm sync tail umount
    if find_binary busybox > /dev/null; then
        inst "$(find_binary busybox)" /usr/bin/busybox
    else
        dwarn "fadump-ng: busybox is not installed; a rescue shell will have few programs"
    fi

    fadump_ng_install_network
    fadump_ng_install_remote
    fadump_ng_install_mark || fadump_ng_give_up "cannot write what the image was built from into it"

    if grep -q 'RUN+=' "$fadump_ng_answers/rules"; then
        mkdir -p "$initdir/etc/udev/rules.d"
        cat "$fadump_ng_answers/rules" > "$initdir/etc/udev/rules.d/69-fadump-ng.rules"
    fi

    if dracut_module_included systemd; then
        fadump_ng_install_multipath
        inst_simple "$moddir/fadump-ng-capture.service" "$systemdsystemunitdir/fadump-ng-capture.service"
        $SYSTEMCTL -q --root "$initdir" add-wants sysinit.target fadump-ng-capture.service \
            || fadump_ng_give_up "cannot install fadump-ng-capture.service"
        inst_simple "$moddir/fadump-ng-after-capture.conf" \
            "$systemdsystemunitdir/systemd-hibernate-resume@.service.d/fadump-ng.conf"
        inst_simple "$moddir/fadump-ng-guard.service" "$systemdsystemunitdir/fadump-ng-guard.service"
        $SYSTEMCTL -q --root "$initdir" add-wants sysinit.target fadump-ng-guard.service \
            || fadump_ng_give_up "cannot install fadump-ng-guard.service"
    else
        inst_hook cmdline 00 "$moddir/fadump-ng-guard.sh"
        # Before the root is mounted, or when it does not appear. Not when devices settle: what asks for a volume's key comes
        # after that.
        for hook in pre-mount initqueue/timeout; do
            inst_hook "$hook" 00 "$moddir/fadump-ng-capture.sh"
        done
        inst "$moddir/fadump-ng-capture.sh" /usr/lib/fadump-ng/capture \
            || fadump_ng_give_up "cannot install the hook for an emergency"
    fi
    # Before a shell, a reboot or a poweroff of dracut's.
    for hook in emergency shutdown-emergency; do
        inst_hook "$hook" 00 "$moddir/fadump-ng-emergency.sh"
    done
}
