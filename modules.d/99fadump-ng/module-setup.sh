#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The capture program in the initramfs, with what it needs to reach its targets. What the configuration means
# is the program's affair: it is asked, never parsed here.
#
# An image that cannot capture must not come into being. Two ways to end dracut hold in all its versions: check()
# that fails for a module that was asked for, and exit. The status of install() is ignored.
# shellcheck disable=SC2154 # dracut's own variables: initdir, moddir, systemdsystemunitdir...

fadump_ng_give_up() {
    dfatal "fadump-ng: $1"
    exit 1
}

# "FSTYPE DEVICE" a line, one for each target on a disk.
fadump_ng_devices() {
    fadump-ng config devices
}

# "NAME TYPE PATH" a line: a target's device and all that it is made of. Silent about a device that is not there now.
fadump_ng_layers() {
    lsblk --inverse --noheadings --raw --output KNAME,TYPE,PATH "$1" 2> /dev/null
}

fadump_ng_tool() {
    find_binary "$1" > /dev/null && return
    dfatal "fadump-ng: $1 is not installed; install the package $2"
    return 1
}

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

# "WHAT NAME" a line: what the image needs for the network of its targets; nothing when none is across one.
fadump_ng_network() {
    fadump-ng config network --needs
}

# The driver of a network interface, then those of the buses that it is on. The argument is its directory in sysfs.
fadump_ng_nic_drivers() {
    local path

    path=$(readlink -e "$1/device") || return 0
    while [[ $path == */devices/* ]]; do
        [[ ! -e $path/driver/module ]] || basename "$(readlink -e "$path/driver/module")"
        path=${path%/*}
    done
}

# The drivers for an interface; for all that there are when it is "*".
fadump_ng_installkernel_nic() {
    local interface driver
    local -a own drivers=()

    # shellcheck disable=SC2231 # "*" is to be expanded
    for interface in ${fadump_ng_sysfs-/sys}/class/net/$1; do
        mapfile -t own < <(fadump_ng_nic_drivers "$interface")
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

# A DHCP client of udhcpc's kind: a program, or busybox's.
fadump_ng_dhcp_client() {
    find_binary "$1" > /dev/null || { find_binary busybox > /dev/null && busybox --list 2> /dev/null | grep -qx "$1"; }
}

# "WHAT NAME" a line: what the image needs for targets on other machines.
fadump_ng_remote() {
    fadump-ng config remote | sort -u
}

# called by dracut
check() {
    local devices fstype reason needs what name

    # Only when asked for, and not a word otherwise.
    [[ " $dracutmodules $add_dracutmodules $force_add_dracutmodules " == *" fadump-ng "* ]] || return 255

    fadump_ng_tool fadump-ng fadump-ng || return 1
    fadump_ng_tool makedumpfile makedumpfile || return 1
    fadump_ng_tool vmcore-dmesg kexec-tools || return 1
    fadump_ng_tool modprobe kmod || return 1
    fadump_ng_tool lsblk util-linux || return 1
    reason=$(fadump-ng config show --for-image 2>&1 > /dev/null) || {
        dfatal "${reason:-fadump-ng: the configuration cannot be used in an image}"
        return 1
    }
    devices=$(fadump-ng config devices 2>&1) || {
        dfatal "${devices:-fadump-ng: cannot find the devices of the targets}"
        return 1
    }
    while read -r fstype _; do
        [[ $fstype != ext* ]] || fadump_ng_tool e2fsck e2fsprogs || return 1
    done <<< "$devices"
    needs=$(fadump_ng_network 2>&1) || {
        dfatal "${needs:-fadump-ng: cannot tell how the targets across the network are reached}"
        return 1
    }
    [[ ! $needs ]] || fadump_ng_tool ip iproute2 || return 1
    while read -r what name; do
        [[ $what != applet ]] || fadump_ng_dhcp_client "$name" || {
            dfatal "fadump-ng: the network needs DHCP, and there is neither $name nor a busybox that has it; install" \
                "busybox, or write the address into the configuration, as in network = ip=192.0.2.5::192.0.2.1:24::eth0:none"
            return 1
        }
    done <<< "$needs"
    return 255
}

# called by dracut
depends() {
    local device fstype type

    while read -r fstype device; do
        [[ $fstype == btrfs ]] && find_binary btrfs > /dev/null && echo btrfs
        while read -r _ type _; do
            case $type in
                lvm) echo lvm ;;
                crypt) echo crypt ;;
                mpath) echo multipath ;;
                raid* | linear) echo mdraid ;;
            esac
        done < <(fadump_ng_layers "$device")
    done < <(fadump_ng_devices) | sort -u
}

# called by dracut
installkernel() {
    local device fstype name what
    local -a drivers

    # Whatever the image is tailored to: the root device's drivers need not be those of the target.
    while read -r fstype device; do
        hostonly='' instmods "$fstype" crc32c
        fadump_ng_knows "$fstype" \
            || fadump_ng_give_up "kernel $kernel has no driver for $fstype, which a target's device holds"
        while read -r name _; do
            read -ra drivers < <(get_blockdev_drv_through_sys "/sys/class/block/$name")
            # Without an argument instmods reads its standard input.
            if ((${#drivers[@]})); then
                hostonly='' instmods "${drivers[@]}"
            fi
        done < <(fadump_ng_layers "$device")
    done < <(fadump_ng_devices)
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
    done < <(fadump_ng_remote)
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
    done < <(fadump_ng_network)
}

# Have udev put a target on LVM or MD RAID together, whatever the command line lets dracut assemble for the root. In a
# capture boot only, and without anything in the boot waiting for it.
fadump_ng_assemble() {
    local device type path lv

    echo 'ACTION!="add|change", GOTO="fadump_ng_end"'
    echo 'SUBSYSTEM!="block", GOTO="fadump_ng_end"'
    echo 'TEST!="/sys/kernel/fadump/release_mem", TEST!="/sys/kernel/fadump_release_mem", GOTO="fadump_ng_end"'
    echo 'ENV{DM_MULTIPATH_DEVICE_PATH}=="1", GOTO="fadump_ng_end"'
    while read -r _ device; do
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
        done < <(fadump_ng_layers "$device")
    done < <(fadump_ng_devices)
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
    local what name needs

    needs=$(fadump_ng_network) || fadump_ng_give_up "cannot tell how the targets across the network are reached"
    [[ $needs ]] || return 0
    (umask 077 && fadump-ng config network > "$initdir/etc/fadump-ng.network") \
        || fadump_ng_give_up "cannot write the record of the network into the image"
    fadump_ng_programs ip || fadump_ng_give_up "cannot install ip"
    while read -r what name; do
        [[ $what == applet ]] || continue
        ! find_binary "$name" > /dev/null || inst_multiple "$name"
        inst "$moddir/fadump-ng-udhcpc.sh" /usr/lib/fadump-ng/udhcpc || fadump_ng_give_up "cannot install the script for $name"
    done <<< "$needs"
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
                inst_simple "$name" || fadump_ng_give_up "cannot install $name"
                # Not through a link to the file itself.
                if ! cp --remove-destination --dereference "$name" "$initdir$name" || ! chmod 0600 "$initdir$name"; then
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
    done < <(fadump_ng_remote)
}

# Whose dumps are this machine's, on a target that others share. An image for any machine does not say.
fadump_ng_install_machine_id() {
    local id=$dracutsysrootdir/etc/machine-id

    [[ $hostonly && -r $id ]] || return 0
    (umask 077 && cat "$id" > "$initdir/etc/fadump-ng.machine-id")
}

# called by dracut
install() {
    local rules hook

    (umask 077 && fadump-ng config show --for-image > "$initdir/etc/fadump-ng.conf") \
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

    rules=$(fadump_ng_assemble)
    if [[ $rules == *RUN+=* ]]; then
        mkdir -p "$initdir/etc/udev/rules.d"
        printf '%s\n' "$rules" > "$initdir/etc/udev/rules.d/69-fadump-ng.rules"
    fi

    if dracut_module_included systemd; then
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
