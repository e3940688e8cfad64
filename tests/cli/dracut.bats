#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The dracut module's own logic, with dracut's functions stood in for: what it asks for on machines that the lab does not
# have. Whether real versions of dracut take it is the lab's affair.

load lib

setup() {
    cli_setup
    mkdir -p "$T/bin" "$T/initrd/usr/bin" "$T/initrd/usr/sbin" "$T/initrd/etc" "$T/mods"
    PATH=$T/bin:$PATH
    stub fadump-ng '
case "$*" in
"config network"*) [ ! -e "$STUB/away" ] || { echo "fadump-ng: the name nowhere cannot be resolved" >&2; exit 1; } ;;
esac
case "$*" in
"config devices") cat "$STUB/devices" ;;
"config remote") [ ! -e "$STUB/remote" ] || cat "$STUB/remote" ;;
"config mark") printf "version 1\nconfig abc\n" ;;
"config show --for-image") echo "target = file:///crash?device=UUID=1" ;;
"config network --needs") [ ! -e "$STUB/network" ] || cat "$STUB/needs" ;;
"config network") [ ! -e "$STUB/network" ] || cat "$STUB/network" ;;
esac'
    stub lsblk 'for last; do :; done; cat "$STUB/lsblk$(echo "$last" | tr / -)" 2>/dev/null'
    stub lvm 'echo "  vg0/$(basename "$5")"'
    stub mdadm ''
    stub busybox '[ "$1" != --list ] || cat "$STUB/applets"'
    : >"$T/applets"
    stub makedumpfile ''
    stub vmcore-dmesg ''
    stub e2fsck ''
    stub modprobe 'for last; do :; done; grep -qx "$last" "$STUB/mods/known"'
    export STUB=$T
    printf 'ext4\nxfs\n' >"$T/mods/known"
    echo 'ext4 /dev/sdb1' >"$T/devices"
    echo 'sdb1 part /dev/sdb1' >"$T/lsblk-dev-sdb1"

    export DRACUT_TMPDIR=$T/build
    fadump_ng_var=$T/var fadump_ng_conf=$T/conf
    echo 'target = file:///crash?device=UUID=1' >"$T/conf"

    # What dracut gives to a module.
    kernel=6.12.0 initdir=$T/initrd srcmods=$T/mods dracutsysrootdir='' moddir=$HERE/../../modules.d/99fadump-ng
    dracutmodules='' add_dracutmodules=' fadump-ng ' force_add_dracutmodules='' systemdsystemunitdir=/usr/lib/systemd/system
    SYSTEMCTL=fake_systemctl
    export kernel initdir srcmods dracutsysrootdir moddir dracutmodules add_dracutmodules force_add_dracutmodules
    find_binary() { command -v "$1"; }
    dwarn() { echo "warning: $*" >&2; }
    dfatal() { echo "fatal: $*" >&2; }
    derror() { echo "error: $*" >&2; }
    instmods() { echo "instmods $*" >>"$T/did"; }
    inst() { echo "inst $*" >>"$T/did"; }
    inst_simple() { echo "inst_simple $2" >>"$T/did"; }
    fadump_ng_sysfs=$T/sys
    inst_multiple() { echo "inst_multiple $*" >>"$T/did"; }
    inst_libdir_file() { echo "inst_libdir_file $*" >>"$T/did" && [ -z "${NO_LIBGCC-}" ]; }
    inst_hook() { echo "inst_hook $1 $2 $(basename "$3")" >>"$T/did"; }
    fake_systemctl() { echo "systemctl $*" >>"$T/did"; }
    dracut_module_included() { [[ " ${WITHOUT_SYSTEMD-systemd} ${INCLUDED-} " == *" $1 "* ]]; }
    for_each_host_dev_and_slaves() { "$1" "${HOST_DEV-8:1}"; }
    # shellcheck source=../../modules.d/99fadump-ng/module-setup.sh
    . "$moddir/module-setup.sh"
}

# A build of its own, in which nothing is known yet: fresh FUNCTION.
fresh() {
    rm -rf "$DRACUT_TMPDIR"
    "$@"
}

@test "not a word, and not included, unless it is asked for" {
    add_dracutmodules=' lvm '
    run check
    [ "$status" = 255 ]
    [ -z "$output" ]
}

@test "asked for: included, and for an administrator's own build a missing tool is named with its package" {
    run check
    [ "$status" = 255 ]
    [ -z "$output" ]
    export FADUMP_NG_STRICT=1
    local tool
    find_binary() { [ "$1" != $tool ] && command -v "$1"; }
    for tool in makedumpfile vmcore-dmesg lsblk e2fsck; do
        run fresh check
        [ "$status" = 1 ]
        [[ $output == "fatal: fadump-ng: $tool is not installed; install the package "* ]]
    done
}

@test "an image of kdump's own gets nothing" {
    local name
    for name in kdumpbase kdump; do
        add_dracutmodules=" fadump-ng $name "
        run fresh check
        [ "$status" = 255 ]
        [ -z "$(depends)" ]
        installkernel
        install
    done
    [ ! -e "$T/did" ]
    [ -z "$(ls -A "$T/initrd/etc" "$T/initrd/usr/bin" | grep -v :)" ]
    [ ! -e "$T/var" ]
}

@test "a plain disk needs no other module and no rules" {
    [ -z "$(depends)" ]
    install
    [ ! -e "$T/initrd/etc/udev/rules.d/69-fadump-ng.rules" ]
}

@test "LVM on RAID, LUKS, multipath and btrfs bring dracut's modules for them" {
    stub btrfs ''
    printf 'btrfs /dev/mapper/vg0-crash\next4 LABEL=my dumps\n' >"$T/devices"
    printf 'dm-0 lvm /dev/mapper/vg0-crash\nmd0 raid1 /dev/md0\nsdb part /dev/sdb\n' >"$T/lsblk-dev-mapper-vg0-crash"
    printf 'dm-1 crypt /dev/mapper/c\ndm-2 mpath /dev/mapper/m\n' >"$T/lsblkLABEL=my dumps"
    [ "$(depends | tr '\n' ' ')" = 'btrfs crypt lvm mdraid multipath ' ]
}

# A target on a disk of a storage network: the disk's name, and what lsblk says of its transport.
fabric() {
    echo "xfs /dev/${1}p1" >"$T/devices"
    local said=${2-} controller=$T/sys/class/block/$1/device
    # lsblk has one word for all of these.
    if [[ $1 == nvme* ]]; then
        mkdir -p "$controller"
        [ -z "$said" ] || echo "$said" >"$controller/transport"
        said=nvme
    fi
    printf '%s part /dev/%s \n%s disk /dev/%s %s\n' "${1}p1" "${1}p1" "$1" "$1" "$said" >"$T/lsblk-dev-${1}p1"
    cp "$T/lsblk-dev-${1}p1" "$T/lsblk-dev-$1"
    set -o pipefail # as dracut does
    fadump_ng_proc=$T/proc dracutbasedir=$T/dracut host_devs=() kernel_cmdline=''
    export fadump_ng_proc dracutbasedir kernel_cmdline
    mkdir -p "$T/proc" "$T/dracut/modules.d/"{74iscsi,74fcoe,74nvmf}
    : >"$T/proc/cmdline"
}

@test "iSCSI, FCoE and NVMe over fabrics bring dracut's module for it; a disk of this machine does not" {
    local case
    for case in nvme1n1:fc:nvmf nvme1n1:tcp:nvmf nvme1n1:rdma:nvmf sdc:iscsi:iscsi sdc:fcoe:fcoe sdc:fc: sdc:sas: nvme0n1:pcie:; do
        IFS=: read -r name transport module <<<"$case"
        fabric "$name" "$transport"
        kernel_cmdline='netroot=iscsi:192.0.2.1 fcoe=eth0:dcb rd.nvmf.discover=tcp,192.0.2.1'
        [ "$(fresh depends)" = "$module" ]
    done
    # A namespace with several paths.
    fabric nvme2n1
    mkdir -p "$T/sys/class/block/nvme2n1/device/nvme3"
    echo tcp >"$T/sys/class/block/nvme2n1/device/nvme3/transport"
    kernel_cmdline=rd.nvmf.discover=tcp,192.0.2.1
    [ "$(fresh depends)" = nvmf ]
}

@test "a module of dracut that a target needs and that cannot be installed: an image without a capture, not a failed build" {
    fabric sdc iscsi
    kernel_cmdline=netroot=iscsi:192.0.2.1
    check_module() { [ "$1" != "${CANNOT-}" ]; }
    [ "$(fresh depends)" = iscsi ]
    CANNOT=iscsi
    run fresh check
    [ "$status" = 255 ]
    [[ $output != *fatal* ]]
    [ -z "$(depends)" ]
    run install
    [ "$status" = 0 ]
    [[ $output == *"needs dracut's module iscsi, which cannot be installed"*"CANNOT CAPTURE"* ]]
    CANNOT='' omit_dracutmodules=' iscsi '
    [ -z "$(fresh depends)" ]
}

@test "a target on a storage network that nothing connects in the boot: no image, and what to do" {
    export FADUMP_NG_STRICT=1
    fabric sdc iscsi
    run fresh check
    [ "$status" = 1 ]
    [[ $output == *"is on sdc, which is reached over iscsi, and nothing connects it"*"--add-device /dev/sdc"* ]]
    host_devs=(/dev/sdc)
    run fresh check
    [ "$status" = 255 ]
    host_devs=()
    echo 'root=/dev/sda2 netroot=iscsi:192.0.2.1::::iqn' >"$T/proc/cmdline"
    run fresh check
    [ "$status" = 255 ]
    # Another one's words are not for it.
    fabric nvme1n1 tcp
    echo 'root=/dev/sda2 netroot=iscsi:192.0.2.1::::iqn' >"$T/proc/cmdline"
    run fresh check
    [ "$status" = 1 ]
    kernel_cmdline='rd.nvmf.discover=tcp,192.0.2.1'
    run fresh check
    [ "$status" = 255 ]
    fabric nvme1n1 fc
    run fresh check
    [ "$status" = 255 ]
    rm -r "$T/dracut/modules.d/74nvmf"
    run fresh check
    [ "$status" = 1 ]
    [[ $output == *"dracut's module nvmf is not installed"* ]]
}

@test "the drivers of all that a target's device is made of, whatever the image is tailored to" {
    printf 'xfs /dev/mapper/vg0-crash\n' >"$T/devices"
    printf 'dm-0 lvm /dev/mapper/vg0-crash\nsdb disk /dev/sdb\n' >"$T/lsblk-dev-mapper-vg0-crash"
    disk sdb vio ibmvscsi
    run installkernel
    [ "$(cat "$T/did")" = $'instmods xfs crc32c\ninstmods ibmvscsi\ninstmods vio' ]
}

@test "a file system that the image's kernel does not know: no image of the administrator's; one that is built in: fine" {
    export FADUMP_NG_STRICT=1
    echo 'jfs /dev/sdb1' >"$T/devices"
    run fresh installkernel
    [ "$status" = 1 ]
    [[ $output == *"kernel 6.12.0 has no driver for jfs"* ]]
    echo 'kernel/fs/jfs/jfs.ko' >"$T/mods/modules.builtin"
    run fresh installkernel
    [ "$status" = 0 ]
    # Where the modules of --kmoddir lie.
    rm "$T/mods/modules.builtin"
    mkdir -p "$T/mods/kernel/fs/jfs"
    : >"$T/mods/kernel/fs/jfs/jfs.ko.xz"
    run fresh installkernel
    [ "$status" = 0 ]
    echo 'ext3 /dev/sdb1' >"$T/devices"
    run fresh installkernel
    [ "$status" = 0 ]
}

@test "a target on LVM and RAID is put together by udev, in a capture boot only" {
    printf 'xfs /dev/mapper/vg0-crash\n' >"$T/devices"
    printf 'dm-0 lvm /dev/mapper/vg0-crash\nmd0 raid1 /dev/md0\n' >"$T/lsblk-dev-mapper-vg0-crash"
    install
    local rules=$T/initrd/etc/udev/rules.d/69-fadump-ng.rules
    cat "$rules"
    grep -q 'LVM2_member.*lvchange .* -ay vg0/vg0-crash"' "$rules"
    grep -q 'linux_raid_member.*mdadm --incremental \$env{DEVNAME}"' "$rules"
    # The condition comes before what is run.
    [ "$(grep -n 'TEST!="/sys/kernel/fadump/release_mem"' "$rules" | cut -d: -f1)" \
        -lt "$(grep -n 'RUN+=' "$rules" | head -n 1 | cut -d: -f1)" ]
}

@test "the configuration is a copy for root alone, and the unit is wanted" {
    install
    [ "$(stat -c %a "$T/initrd/etc/fadump-ng.conf")" = 600 ]
    grep -q 'device=UUID=1' "$T/initrd/etc/fadump-ng.conf"
    # What it was built from, for status.
    [ "$(cat "$T/initrd/etc/fadump-ng.image")" = $'version 1\nconfig abc\nkernel 6.12.0' ]
    [ "$(stat -c %a "$T/initrd/etc/fadump-ng.image")" = 600 ]
    [ -e "$T/initrd/etc/initrd-release" ]
    grep -q 'systemctl -q --root .*add-wants sysinit.target fadump-ng-capture.service' "$T/did"
    grep -q 'systemctl -q --root .*add-wants sysinit.target fadump-ng-guard.service' "$T/did"
    grep -q 'inst_simple .*/fadump-ng-guard.service' "$T/did"
    grep -q 'inst_simple .*/systemd-hibernate-resume@.service.d/fadump-ng.conf' "$T/did"
    grep -q '^After=fadump-ng-capture.service' "$moddir/fadump-ng-after-capture.conf"
    ! grep -q '^Before=.*@\.' "$moddir/fadump-ng-capture.service"
    # A capture that has begun is waited for by whoever opens a shell or ends the boot.
    [ "$(grep inst_hook "$T/did")" = \
        $'inst_hook emergency 00 fadump-ng-emergency.sh\ninst_hook shutdown-emergency 00 fadump-ng-emergency.sh' ]
}

@test "no shell of dracut's, for which udev may have to wait, is ordered after the capture, which waits for udev" {
    local unit=$moddir/fadump-ng-capture.service
    [ -n "$(sed -n 's/^After=//p' "$unit" | grep systemd-udev-trigger.service)" ]
    [ -z "$(sed -n 's/^Before=//p' "$unit" | grep dracut-emergency.service)" ]
    [ -z "$(sed -n 's/^Before=//p' "$unit" | grep -E 'dracut-(cmdline|pre-udev|pre-trigger|initqueue)')" ]
}

@test "the image has its machine's machine-id for root alone; one for any machine has none" {
    mkdir -p "$T/sysroot/etc"
    echo 00112233445566778899aabbccddeeff >"$T/sysroot/etc/machine-id"
    dracutsysrootdir=$T/sysroot
    hostonly='' install
    [ ! -e "$T/initrd/etc/fadump-ng.machine-id" ]
    hostonly=yes install
    [ "$(cat "$T/initrd/etc/fadump-ng.machine-id")" = 00112233445566778899aabbccddeeff ]
    [ "$(stat -c %a "$T/initrd/etc/fadump-ng.machine-id")" = 600 ]
}

@test "without systemd: hooks before the root is mounted, when it does not come, and when all is lost" {
    WITHOUT_SYSTEMD= install
    grep -qx 'inst_hook pre-mount 00 fadump-ng-capture.sh' "$T/did"
    grep -qx 'inst_hook initqueue/timeout 00 fadump-ng-capture.sh' "$T/did"
    grep -qx 'inst_hook emergency 00 fadump-ng-emergency.sh' "$T/did"
    grep -qx 'inst_hook shutdown-emergency 00 fadump-ng-emergency.sh' "$T/did"
    grep -q 'inst .*/fadump-ng-capture.sh /usr/lib/fadump-ng/capture' "$T/did"
    grep -qx 'inst_hook cmdline 00 fadump-ng-guard.sh' "$T/did"
    ! grep -q systemctl "$T/did"
}

@test "a rescue shell has busybox, and nothing stands where another module puts a program" {
    install
    grep -q 'inst .*/busybox /usr/bin/busybox' "$T/did"
    grep -q 'inst_multiple -o .*lsblk.*umount' "$T/did"
    [ -z "$(ls "$T/initrd/usr/bin" "$T/initrd/usr/sbin" | grep -v :)" ]
}

@test "a real program takes the place of an applet that another module linked" {
    ln -s ../bin/busybox "$T/initrd/usr/sbin/ip"
    ln -s busybox "$T/initrd/usr/bin/cat"
    ln -s busybox "$T/initrd/usr/bin/vi"
    networked 'interface eth0'
    install
    [ ! -L "$T/initrd/usr/sbin/ip" ]
    [ ! -L "$T/initrd/usr/bin/cat" ]
    [ -L "$T/initrd/usr/bin/vi" ]
    # Where the system's own is the applet, it stays.
    ln -s busybox "$T/initrd/usr/bin/ip"
    ln -sf busybox "$T/bin/ip"
    fresh install
    [ -L "$T/initrd/usr/bin/ip" ]
}

@test "without libgcc_s there is no image" {
    export NO_LIBGCC=1 FADUMP_NG_STRICT=1
    run install
    [ "$status" = 1 ]
    [[ $output == *"libgcc_s.so.1 is not installed"* ]]
}

@test "a target on another machine brings its program, key and driver; a missing one ends the build" {
    mkdir -p "$T/etc" "$T/initrd$T/etc"
    echo secret >"$T/etc/identity"
    chmod 644 "$T/etc/identity"
    printf 'program ssh\nprivate %s\nmaybe %s-cert.pub\nmodule nfsv4\n' "$T/etc/identity" "$T/etc/identity" >"$T/remote"
    echo nfsv4 >>"$T/mods/known"
    install
    run installkernel
    [ "$status" = 0 ]
    grep -q '^inst_multiple ssh$' "$T/did"
    grep -q '^instmods nfsv4$' "$T/did"
    [ "$(stat -c %a "$T/initrd$T/etc/identity")" = 600 ]
    [ "$(cat "$T/initrd$T/etc/identity")" = secret ]
    rm "$T/etc/identity"
    export FADUMP_NG_STRICT=1
    run fresh install
    [ "$status" = 1 ]
    [[ $output == *"cannot install $T/etc/identity"* ]]
    echo xfs >"$T/mods/known"
    run fresh installkernel
    [ "$status" = 1 ]
}

# A target across the network, for which the image needs what the arguments say.
networked() {
    echo "device = eth0" >"$T/network"
    printf '%s\n' "$@" >"$T/needs"
    stub ip ''
}

# A network card of sysfs: its name, then the drivers of its buses and its own.
card() {
    local name=$1 path=$T/sys/devices driver
    shift
    for driver; do
        path=$path/at-$driver
        mkdir -p "$path/driver" "$T/sys/module/$driver"
        ln -s "$T/sys/module/$driver" "$path/driver/module"
    done
    mkdir -p "$T/sys/class/net/$name"
    ln -s "$path" "$T/sys/class/net/$name/device"
}

# A disk of sysfs, likewise.
disk() {
    local name=$1 path=$T/sys/devices driver
    shift
    for driver; do
        path=$path/at-$driver
        mkdir -p "$path/driver" "$T/sys/module/$driver"
        ln -s "$T/sys/module/$driver" "$path/driver/module"
    done
    mkdir -p "$path/block/$name" "$T/sys/class/block"
    ln -s "$path/block/$name" "$T/sys/class/block/$name"
}

@test "without a target across a network nothing of it is in the image" {
    install
    run installkernel
    [ "$status" = 0 ]
    [ ! -e "$T/initrd/etc/fadump-ng.network" ]
    [ ! -e "$T/initrd/etc/nsswitch.conf" ]
    ! grep -E 'network.conf|udhcpc|inst_multiple ip$|libnss' "$T/did"
}

@test "the record, ip, names, and the order of services; the record is for root alone" {
    networked 'interface eth0'
    install
    [ "$(cat "$T/initrd/etc/fadump-ng.network")" = 'device = eth0' ]
    [ "$(stat -c %a "$T/initrd/etc/fadump-ng.network")" = 600 ]
    grep -qx 'inst_multiple ip' "$T/did"
    grep -q 'inst_libdir_file libnss_dns.so\* libnss_files.so\*' "$T/did"
    grep -qx 'hosts: files dns' "$T/initrd/etc/nsswitch.conf"
    grep -qx 'inst_simple /usr/lib/fadump-ng/capture-network.conf' "$T/did"
    grep -q 'inst .*/fadump-ng-network-generator.sh /usr/lib/systemd/system-generators/fadump-ng-network-generator' "$T/did"
    ! grep -q udhcpc "$T/did"
    rm "$T/did"
    WITHOUT_SYSTEMD= install
    ! grep -E 'network.conf|generator' "$T/did"
}

@test "network managers start after a capture, unless the boot has a network of its own; an ordinary boot has no such order" {
    local order=$T/out/fadump-ng-capture.service.d/network.conf
    export fadump_ng_sysfs=$T/sys fadump_ng_lib=$T/lib
    mkdir -p "$T/lib" "$T/sys/kernel/fadump"
    cp "$moddir/fadump-ng-capture-network.conf" "$T/lib/capture-network.conf"
    stub fadump-ng '[ "$*" = "config network --boot" ] && cat "$STUB/own"'
    : >"$T/own"
    "$moddir/fadump-ng-network-generator.sh" "$T/out"
    [ ! -e "$T/out" ]
    : >"$T/sys/kernel/fadump/release_mem"
    echo rd.neednet=1 >"$T/own"
    "$moddir/fadump-ng-network-generator.sh" "$T/out"
    [ ! -e "$T/out" ]
    : >"$T/own"
    "$moddir/fadump-ng-network-generator.sh" "$T/out"
    grep -q 'Before=.*NetworkManager-initrd.service' "$order"
    # A program that fails changes nothing about that.
    rm -r "$T/out" "$T/own"
    "$moddir/fadump-ng-network-generator.sh" "$T/out"
    [ -e "$order" ]
}

@test "another module's nsswitch.conf keeps its order when it knows DNS, and learns it when not" {
    networked 'interface eth0'
    printf 'passwd: files\nhosts: files resolve [!UNAVAIL=return] dns\n' >"$T/initrd/etc/nsswitch.conf"
    install
    grep -qx 'hosts: files resolve \[!UNAVAIL=return\] dns' "$T/initrd/etc/nsswitch.conf"
    printf 'passwd: files\nhosts: files\n' >"$T/initrd/etc/nsswitch.conf"
    install
    [ "$(cat "$T/initrd/etc/nsswitch.conf")" = $'passwd: files\nhosts: files dns' ]
}

@test "DHCP: a client is there, or there is no image of the administrator's" {
    networked 'interface eth0' 'module af_packet' 'applet udhcpc'
    export FADUMP_NG_STRICT=1
    # Of the clients that the machine has, only the stubs below count.
    find_binary() {
        case $1 in
        udhcpc | dhcpcd | dhclient) [ -x "$T/bin/$1" ] ;;
        *) command -v "$1" ;;
        esac
    }
    run check
    [ "$status" = 1 ]
    [[ $output == *"udhcpc, a busybox that has it, dhcpcd or dhclient"*"network = ip="* ]]
    echo udhcpc >"$T/applets"
    run fresh check
    [ "$status" = 255 ]
    install
    grep -q 'inst .*/fadump-ng-udhcpc.sh /usr/lib/fadump-ng/udhcpc' "$T/did"
    : >"$T/applets"
    # Where there is no busybox, as on RHEL and SLES.
    local client
    for client in dhclient dhcpcd; do
        stub "$client" ''
        run check
        [ "$status" = 255 ]
        [ "$(fadump_ng_dhcp_client udhcpc)" = "$client" ]
        install
        grep -qx "inst_multiple $client" "$T/did"
        grep -qx 'inst_simple /usr/lib/fadump-ng/udhcpc.conf' "$T/did"
    done
    stub udhcpc ''
    run fresh check
    [ "$status" = 255 ]
    install
    grep -qx 'inst_multiple udhcpc' "$T/did"
}

@test "a network that cannot be recorded, or without ip: no image of the administrator's, and why" {
    networked 'interface eth0'
    export FADUMP_NG_STRICT=1
    local tool=ip
    find_binary() { [ "$1" != "$tool" ] && command -v "$1"; }
    run check
    [ "$status" = 1 ]
    [[ $output == *"ip is not installed; install the package iproute2"* ]]
    tool=none
    : >"$T/away"
    run fresh check
    [ "$status" = 1 ]
    [ "$output" = "fatal: fadump-ng: the name nowhere cannot be resolved" ]
    run fresh install
    [ "$status" = 1 ]
}

@test "a kernel update with the network away: the image gets what was last recorded" {
    networked 'interface eth0' 'module bonding'
    echo bonding >>"$T/mods/known"
    disk sdb1 vio
    run check
    install
    rm -rf "$T/did" "$T/initrd/etc/fadump-ng.network" "$T/initrd/etc/fadump-ng.conf"
    # Everything at once: the name, and the disk.
    : >"$T/away"
    rm "$T/lsblk-dev-sdb1"
    kernel=6.13.0
    run fresh check
    [ "$status" = 255 ]
    [[ $output == "warning: fadump-ng: the name nowhere cannot be resolved; the image gets what was recorded on "* ]]
    installkernel
    install
    [ "$(cat "$T/initrd/etc/fadump-ng.network")" = 'device = eth0' ]
    [ "$(cat "$T/initrd/etc/fadump-ng.image")" = $'version 1\nconfig abc\nkernel 6.13.0' ]
    grep -q 'device=UUID=1' "$T/initrd/etc/fadump-ng.conf"
    grep -qx 'instmods bonding' "$T/did"
    grep -qx 'instmods vio' "$T/did"
    grep -q 'add-wants sysinit.target fadump-ng-capture.service' "$T/did"
    [ -z "$(ls "$T/var/fadump-ng/no-capture" 2>/dev/null)" ]
    # For the administrator's own build it is an error.
    export FADUMP_NG_STRICT=1
    run fresh check
    [ "$status" = 1 ]
}

@test "a kernel update with the target's disk away: its drivers are in the image" {
    disk sdb1 vio ibmvscsi
    run check
    install
    rm -r "$T/did" "$T/lsblk-dev-sdb1"
    run fresh installkernel
    [[ $output == *"/dev/sdb1, which a target is on, is not there; the image gets what was recorded of it on "* ]]
    grep -qx 'instmods ibmvscsi' "$T/did"
    # Without a record it is built, too, and says what may be missing.
    rm -r "$T/var" "$T/did"
    run fresh installkernel
    [ "$status" = 0 ]
    [[ $output == *"is not there; its drivers may be missing in the image"* ]]
    ! grep -qx 'instmods ibmvscsi' "$T/did"
}

@test "a record of another configuration is not used: the image is built without a capture, and that is said" {
    networked 'interface eth0'
    run check
    install
    echo 'target = nfs://other/export' >"$T/conf"
    rm "$T/did"
    : >"$T/away"
    run fresh check
    [ "$status" = 255 ]
    [ -z "$(depends)" ]
    run installkernel
    [ "$status" = 0 ]
    run install
    [ "$status" = 0 ]
    [[ $output == *"error: fadump-ng: the name nowhere cannot be resolved"*"THIS IMAGE CANNOT CAPTURE A CRASH DUMP"* ]]
    [ ! -e "$T/did" ]
    [ ! -e "$T/initrd/etc/fadump-ng.conf" ]
    [ ! -e "$T/initrd/etc/fadump-ng.image" ]
    [ "$(cat "$T/initrd/etc/fadump-ng.no-capture")" = "the name nowhere cannot be resolved" ]
    [ "$(cat "$T/var/fadump-ng/no-capture/6.12.0")" = "the name nowhere cannot be resolved" ]
    [ "$(stat -c %a "$T/var/fadump-ng")" = 700 ]
    # The next one that is whole takes the mark away.
    rm "$T/away"
    fresh install
    [ ! -e "$T/var/fadump-ng/no-capture/6.12.0" ]
}

@test "an image that turns out to be unable in the middle holds nothing that would start, and no key" {
    mkdir -p "$T/etc" "$T/keys" "$T/initrd$T/etc"
    echo secret >"$T/keys/identity"
    ln -s ../keys/identity "$T/etc/identity"
    printf 'program ssh\nprivate %s\nprivate %s/etc/gone\n' "$T/etc/identity" "$T" >"$T/remote"
    # As dracut does: the file that a link points to, and the link.
    inst_simple() {
        local real
        real=$(readlink -f "$1") && mkdir -p "$T/initrd${real%/*}" && cp "$real" "$T/initrd$real"
        echo "inst_simple $2" >>"$T/did"
    }
    run install
    [ "$status" = 0 ]
    [[ $output == *"cannot install $T/etc/gone"*"THIS IMAGE CANNOT CAPTURE"* ]]
    [ ! -e "$T/initrd$T/etc/identity" ]
    ! grep -rq secret "$T/initrd"
    [ ! -e "$T/initrd/etc/fadump-ng.conf" ]
    ! grep -qE 'systemctl|inst_hook' "$T/did"
}

@test "kdump's own module for fadump in the image: no capture, and the setting to change" {
    local name
    for name in zz-fadumpinit fadumpinit; do
        INCLUDED=$name run fresh install
        [ "$status" = 0 ]
        [[ $output == *"module $name is in this image, too"*'KDUMP_FADUMP="false"'* ]]
        [ -s "$T/var/fadump-ng/no-capture/6.12.0" ]
        [ ! -e "$T/did" ]
    done
}

@test "multipathd starts in capture boots only, unless the root needs it or it was asked for" {
    local dropin=$T/initrd/usr/lib/systemd/system/multipathd.service.d/fadump-ng.conf
    printf 'dm-2 mpath /dev/mapper/m\nsdb disk /dev/sdb\n' >"$T/lsblk-dev-sdb1"
    hostonly='' fresh install
    [ ! -e "$dropin" ]
    mkdir -p "$T/sys/dev/block/253:0/dm"
    echo mpath-3600 >"$T/sys/dev/block/253:0/dm/uuid"
    HOST_DEV=253:0 hostonly=-h fresh install
    [ ! -e "$dropin" ]
    add_dracutmodules=' fadump-ng multipath ' hostonly=-h fresh install
    [ ! -e "$dropin" ]
    hostonly=-h fresh install
    grep -qx 'ConditionPathExists=|/sys/kernel/fadump/release_mem' "$dropin"
    # And a target that is not on one changes nothing.
    rm "$dropin"
    echo 'sdb1 part /dev/sdb1' >"$T/lsblk-dev-sdb1"
    hostonly=-h fresh install
    [ ! -e "$dropin" ]
}

@test "the drivers of the card and of its buses, and of what is made of it" {
    networked 'interface eth0' 'interface eth1' 'module bonding'
    card eth0 pcieport mlx5_core
    card eth1 vio ibmveth
    printf '%s\n' mlx5_core ibmveth bonding >>"$T/mods/known"
    rm "$T/devices"
    : >"$T/devices"
    run installkernel
    [ "$status" = 0 ]
    cat "$T/did"
    # What the image's kernel has no name for, as for a bus that is built in, is not asked for.
    [ "$(cat "$T/did")" = $'instmods mlx5_core\ninstmods ibmveth\ninstmods bonding' ]
}

@test "a card or a kind of interface that the image's kernel has no driver for: no image of the administrator's" {
    export FADUMP_NG_STRICT=1
    : >"$T/devices"
    networked 'interface eth0'
    card eth0 mlx5_core
    run fresh installkernel
    [ "$status" = 1 ]
    [[ $output == *"kernel 6.12.0 has no driver mlx5_core, which the interface eth0 needs"* ]]
    networked 'module 8021q'
    run fresh installkernel
    [ "$status" = 1 ]
    [[ $output == *"kernel 6.12.0 has no driver 8021q"* ]]
    echo 'kernel/net/8021q/8021q.ko' >"$T/mods/modules.builtin"
    run fresh installkernel
    [ "$status" = 0 ]
}

@test "any interface: all cards' drivers; a card that is not here: the usual ones of POWER machines" {
    : >"$T/devices"
    networked 'interface *'
    card eth0 mlx5_core
    card eth1 tg3
    card eth2 unknown
    printf '%s\n' mlx5_core tg3 ibmveth virtio_net >>"$T/mods/known"
    run fresh installkernel
    [ "$status" = 0 ]
    [ "$(cat "$T/did")" = 'instmods mlx5_core tg3' ]
    rm "$T/did"
    networked 'interface env2'
    run fresh installkernel
    [ "$status" = 0 ]
    [[ $output == *"no network card here is called env2"* ]]
    [ "$(cat "$T/did")" = 'instmods ibmveth virtio_net' ]
}

@test "the DHCP script says what was got, and only when something was" {
    local script=$moddir/fadump-ng-udhcpc.sh
    [ -z "$(ip=192.0.2.9 "$script" deconfig)" ]
    [ "$(ip=192.0.2.9 subnet=255.255.255.0 mask=24 router='192.0.2.1 192.0.2.2' "$script" bound | head -n 3)" = \
        $'ip=192.0.2.9\nsubnet=24\nrouter=192.0.2.1 192.0.2.2' ]
    # dhcpcd and dhclient; the latter has routes as bytes.
    export fadump_ng_lease=$T/lease
    reason=CARRIER "$script"
    [ ! -e "$T/lease" ]
    reason=BOUND new_ip_address=192.0.2.9 new_subnet_mask=255.255.255.0 new_routers=192.0.2.1 \
        new_rfc3442_classless_static_routes='25 192 0 2 128 192 0 2 1 0 192 0 2 1 12 172 16 192 0 2 7' "$script"
    [ "$(head -n 4 "$T/lease")" = $'ip=192.0.2.9\nsubnet=255.255.255.0\nrouter=192.0.2.1\nstaticroutes='"192.0.2.128/25 192.0.2.1 \
0.0.0.0/0 192.0.2.1 172.16.0.0/12 192.0.2.7 " ]
    reason=BOUND6 new_ip6_address=2001:db8::9 new_dhcp6_name_servers=2001:db8::53 "$script"
    [ "$(tail -n 1 "$T/lease")" = ipv6=2001:db8::9 ]
}

@test "the watchdog's driver and that of the machine's memory are in the image where the kernel has them as modules" {
    run fresh installkernel
    ! grep -q 'instmods pseries-wdt' "$T/did"
    printf 'pseries-wdt\nnvram\n' >>"$T/mods/known"
    run fresh installkernel
    [ "$status" = 0 ]
    grep -qx 'instmods pseries-wdt' "$T/did"
    grep -qx 'instmods nvram' "$T/did"
}
