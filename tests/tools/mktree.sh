#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# mktree.sh SITUATION DIR: make a tree for `fadump-ng --root DIR` that shows a machine in a named situation.
# mktree.sh --list: the names. DIR must not exist or be empty. Files that the kernel would let us write are ordinary files:
# a write stays in them and changes nothing else. The core of a dump is made with $MKCORE (or build/*/tools/mkcore) from
# $CORE_TEXT, a description in tests/data/cores.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cores=$here/../data/cores

situations='pseries-production  pSeries, kernel 6.12, fadump registered
powernv-production  PowerNV, likewise
pseries-dump        pSeries capture boot with an active dump
small               pSeries, crashkernel=512M: RTAS lies in the reserved area
small-dump          the same in a capture boot with an active dump
powernv-dump        PowerNV capture boot, with the core of the firmware (opalcore) too
bad-core            pSeries capture boot, the core is cut off
inactive            no fadump at all: an x86-64 machine
off                 fadump supported, but not asked for
reserve-failed      fadump=on, but boot memory is too small
register-failed     memory is reserved, but the firmware refused the registration
unregistered        someone wrote 0 to registered
kdump-too           registered, and a kdump kernel is loaded as well
old-files           kernel 5.4: regular files /sys/kernel/fadump_* only, registered
old-files-dump      the same in a capture boot with an active dump
old-symlinks        kernel 6.1: directory and symlinks, no hotplug_ready, no bootargs_append
directory-only      a kernel without the old symlinks
state-a             capture boot, the kernel refused the dump
state-b             capture boot, /proc/vmcore could not be set up
state-c             capture boot with fadump=off
undecided           capture boot without a dump, and the log does not say why
released            capture boot after release, registered again
released-only       capture boot after release, not registered'

usage() {
	printf 'usage: mktree.sh SITUATION DIR\nsituations:\n%s\n' "$situations" >&2
	exit 2
}

[ "${1-}" != --list ] || {
	printf '%s\n' "$situations" | cut -d' ' -f1
	exit 0
}
[ $# -eq 2 ] || usage
situation=$1
root=$2
printf '%s\n' "$situations" | grep -q "^$situation " || usage
mkdir -p "$root"
[ -z "$(ls -A "$root")" ] || {
	echo "mktree.sh: $root is not empty" >&2
	exit 1
}

# Tests make hundreds of trees: what follows starts few programs.

# above PATH: its directory is there.
above() {
	[ -d "$root/${1%/*}" ] || mkdir -p "$root/${1%/*}"
}

# put PATH TEXT: a file with one line.
put() {
	above "$1"
	printf '%s\n' "$2" >"$root/$1"
}

# touch_prop PATH: a device-tree property whose presence is what counts.
touch_prop() {
	above "$1"
	printf '\000\000\000\001' >"$root/$1"
}

# put_hex PATH HEX...: bytes.
put_hex() {
	above "$1"
	file=$root/$1
	escapes=
	shift
	for word; do
		while [ -n "$word" ]; do
			byte=$((0x${word%"${word#??}"}))
			word=${word#??}
			escapes=$escapes\\$((byte / 64))$((byte / 8 % 8))$((byte % 8))
		done
	done
	# shellcheck disable=SC2059 # octal escapes
	printf "$escapes" >"$file"
}

# kernel_dump [BOOT-MEMORY AREA COPY]: what the firmware of a machine with 3 GiB kept: CPU states, boot memory, the text of bootargs_append.
# The numbers are those of crashkernel=768M, unless others are given as 16 hexadecimal digits.
kernel_dump() {
	put_hex proc/device-tree/rtas/ibm,kernel-dump \
		00000001 0003 0000 00000028 00000000 0000000000000000 0000000000000000 00000000 00000000 \
		00000001 0001 0000 0000000000000000 0000000000000a00 0000000000000a00 "${2-0000000030000000}" \
		00000001 0011 0000 0000000000000000 "${1-0000000030000000}" "${1-0000000030000000}" "${3-0000000030010000}" \
		00000001 0100 0000 00000000bffff800 0000000000000800 0000000000000800 00000000bffff800
}

seq=0
# log LEVEL TEXT: one record of /dev/kmsg.
log() {
	above dev/kmsg
	printf '%s,%d,%d,-;%s\n' "$1" "$seq" "$((seq * 1307))" "$2" >>"$root/dev/kmsg"
	seq=$((seq + 1))
}

log_boot() {
	log 6 'Linux version 6.12.107 (gcc 12.2.0) #1 SMP'
	log 6 "Kernel command line: $1"
}

log_init() {
	log 6 'Run /init as init process'
	log 30 'systemd[1]: Running in initrd.'
}

machine() {
	put proc/cmdline "$1"
	put proc/sys/kernel/osrelease 6.12.107
	put proc/sys/kernel/hostname lab
	put etc/hostname lab
	put sys/kernel/kexec_crash_loaded 0
	put sys/devices/system/cpu/online 0-1
	memory 3105792
	mkdir -p "$root/var/crash" "$root/run" "$root/tmp" "$root/sys/firmware/devicetree/base/chosen" "$root/sys/devices/system/memory"
}

memory() {
	put proc/meminfo "MemTotal:        $1 kB
MemFree:          901120 kB
MemAvailable:    1204224 kB"
}

pseries() {
	machine "$1"
	ln -s ../sys/firmware/devicetree/base "$root/proc/device-tree"
	put proc/device-tree/model 'IBM,9105-22A'
	touch_prop proc/device-tree/rtas/ibm,configure-kernel-dump
	put_hex proc/device-tree/rtas/linux,rtas-base 2fff0000
	put_hex proc/device-tree/rtas/rtas-size 00010000
}

powernv() {
	machine "$1"
	ln -s ../sys/firmware/devicetree/base "$root/proc/device-tree"
	put proc/device-tree/model '9183-22X'
	put_hex proc/device-tree/ibm,opal/dump/fw-load-area \
		0000000020000000 0000000008000000 0000000028000000 0000000008000000
	put proc/device-tree/ibm,opal/dump/compatible ibm,opal-dump
	memory 5205504
}

# fadump ENABLED REGISTERED: the directory, and the old names as symlinks. From 6.10 on the reserved area ends with the fadump header, in the
# middle of a page: 0x300101b0 bytes, as seen with 6.12.
fadump() {
	put sys/kernel/fadump/enabled "$1"
	put sys/kernel/fadump/registered "$2"
	put sys/kernel/fadump/mem_reserved 805372336
	put sys/kernel/fadump/hotplug_ready 1
	put sys/kernel/fadump/bootargs_append 'nr_cpus=16 numa=off'
	ln -s fadump/enabled "$root/sys/kernel/fadump_enabled"
	ln -s fadump/registered "$root/sys/kernel/fadump_registered"
}

# The same on OPAL, as recorded with 6.12: 64 KiB of metadata follow the header, and there is no bootargs_append.
opal_fadump() {
	fadump "$1" "$2"
	rm "$root/sys/kernel/fadump/bootargs_append"
	put sys/kernel/fadump/mem_reserved 1073807792
}

release_mem() {
	: >"$root/sys/kernel/fadump/release_mem"
	ln -s fadump/release_mem "$root/sys/kernel/fadump_release_mem"
}

# capture ENABLED REGISTERED: a pSeries capture boot, without a core.
capture() {
	pseries 'root=/dev/sda2 fadump=on crashkernel=768M'
	kernel_dump
	fadump "$1" "$2"
	release_mem
	memory 747904
	log_boot 'root=/dev/sda2 fadump=on crashkernel=768M'
	[ "$1" = 0 ] || {
		log 6 'rtas fadump: Firmware-assisted dump is active.'
		log 6 'fadump: Firmware-assisted dump is active.'
		log 6 'fadump: Reserving 2304MB of memory at 0x00000030000000 for preserving crash data'
	}
}

# core DESCRIPTION PATH
core() {
	mkcore=${MKCORE-}
	for candidate in "$here"/../../build/*/tools/mkcore; do
		[ -n "$mkcore" ] || [ ! -x "$candidate" ] || mkcore=$candidate
	done
	[ -n "$mkcore" ] || {
		echo "mktree.sh: no mkcore; run 'make build-tools' or set MKCORE" >&2
		exit 1
	}
	above "$2"
	"$mkcore" "$1" "$root/$2"
}

production_log() {
	log_boot 'root=/dev/sda2 fadump=on crashkernel=768M'
	log 6 'fadump: Reserved 768MB of memory at 0x00000030000000 (System RAM: 3072MB)'
	log 6 "$1: Registration is successful!"
	log_init
}

freed='fadump: freeing reserved memory (0x60010000 - 0xc0000000)'

case $situation in
pseries-production | kdump-too | unregistered | directory-only | old-symlinks)
	pseries 'root=/dev/sda2 fadump=on crashkernel=768M'
	fadump 1 1
	production_log 'rtas fadump'
	case $situation in
	kdump-too)
		put sys/kernel/kexec_crash_loaded 1
		put etc/kdump.conf 'path /var/crash'
		mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
		ln -s /usr/lib/systemd/system/kdump.service "$root/etc/systemd/system/multi-user.target.wants/kdump.service"
		;;
	unregistered) put sys/kernel/fadump/registered 0 ;;
	directory-only) rm "$root"/sys/kernel/fadump_* ;;
	old-symlinks)
		rm "$root/sys/kernel/fadump/hotplug_ready" "$root/sys/kernel/fadump/bootargs_append"
		put proc/sys/kernel/osrelease 6.1.0-31-powerpc64le
		# Before 6.10 the area ends with a page.
		put sys/kernel/fadump/mem_reserved 805437440
		;;
	esac
	;;
powernv-production)
	powernv 'root=/dev/sda2 fadump=on crashkernel=1024M'
	opal_fadump 1 1
	log 6 'opal fadump: Kernel metadata addr: 800001b0'
	log 6 'fadump: Reserved 1024MB of memory at 0x00000040000000 (System RAM: 5120MB)'
	log_boot 'root=/dev/sda2 fadump=on crashkernel=1024M'
	log 6 'opal fadump: Registration is successful!'
	log_init
	;;
small)
	pseries 'root=/dev/sda2 fadump=on crashkernel=512M'
	fadump 1 1
	memory 2057216
	put sys/kernel/fadump/mem_reserved 536936880
	log 6 'fadump: Reserved 512MB of memory at 0x00000020000000 (System RAM: 2048MB)'
	log_boot 'root=/dev/sda2 fadump=on crashkernel=512M'
	log 6 'rtas fadump: Registration is successful!'
	log_init
	;;
small-dump)
	capture 1 0
	kernel_dump 0000000020000000 0000000020000000 0000000020010000
	put sys/kernel/fadump/mem_reserved 536936880
	log_init
	core "${CORE_TEXT-$cores/sound-le-64k.txt}" proc/vmcore
	;;
pseries-dump)
	capture 1 0
	log_init
	core "${CORE_TEXT-$cores/sound-le-64k.txt}" proc/vmcore
	;;
bad-core)
	capture 1 0
	log_init
	core "${CORE_TEXT-$cores/bad-truncated.txt}" proc/vmcore
	;;
powernv-dump)
	powernv 'root=/dev/sda2 fadump=on crashkernel=1024M'
	put_hex proc/device-tree/ibm,opal/dump/mpipl-boot 0000000000000001
	opal_fadump 1 0
	release_mem
	memory 763328
	log 6 'opal fadump: Firmware-assisted dump is active.'
	log 6 'fadump: Firmware-assisted dump is active.'
	log 6 'fadump: Reserving 4096MB of memory at 0x00000040000000 for preserving crash data'
	log_boot 'root=/dev/sda2 fadump=on crashkernel=1024M'
	log_init
	core "${CORE_TEXT-$cores/sound-le-64k.txt}" proc/vmcore
	core "$cores/sound-be-64k.txt" sys/firmware/opal/mpipl/core
	: >"$root/sys/firmware/opal/mpipl/release_core"
	;;
inactive)
	machine 'root=/dev/sda2 quiet'
	log_boot 'root=/dev/sda2 quiet'
	log_init
	;;
off)
	pseries 'root=/dev/sda2'
	fadump 0 0
	put sys/kernel/fadump/mem_reserved 0
	rm "$root/sys/kernel/fadump/bootargs_append"
	log_boot 'root=/dev/sda2'
	log_init
	;;
reserve-failed)
	powernv 'root=/dev/sda2 fadump=on crashkernel=512M'
	fadump 0 0
	put sys/kernel/fadump/mem_reserved 0
	rm "$root/sys/kernel/fadump/bootargs_append"
	log_boot 'root=/dev/sda2 fadump=on crashkernel=512M'
	log 3 "fadump: Can't enable fadump with boot memory size (0x20000000) less than 0x30000000"
	log_init
	;;
register-failed)
	pseries 'root=/dev/sda2 fadump=on crashkernel=768M'
	fadump 1 0
	log_boot 'root=/dev/sda2 fadump=on crashkernel=768M'
	log 6 'fadump: Reserved 768MB of memory at 0x00000030000000 (System RAM: 3072MB)'
	log 3 'rtas fadump: Failed to register. Hardware Error(-1).'
	log_init
	;;
old-files | old-files-dump)
	pseries 'root=/dev/sda2 fadump=on crashkernel=768M'
	put proc/sys/kernel/osrelease 5.4.0
	put sys/kernel/fadump_enabled 1
	put sys/kernel/fadump_registered 1
	[ "$situation" = old-files ] || {
		touch_prop proc/device-tree/rtas/ibm,kernel-dump
		put sys/kernel/fadump_registered 0
		: >"$root/sys/kernel/fadump_release_mem"
		memory 486080
		core "${CORE_TEXT-$cores/sound-old-6.1.txt}" proc/vmcore
	}
	log_boot 'root=/dev/sda2 fadump=on crashkernel=768M'
	log_init
	;;
state-a)
	capture 1 0
	log 3 "fadump: Old magic number, can't process the dump."
	log 6 "$freed"
	log_init
	memory 2319872
	;;
state-b)
	capture 1 0
	log 4 'vmcore: Warning: Core image elf header is not sane'
	log 4 'Kdump: vmcore not initialized'
	log_init
	;;
state-c)
	capture 0 0
	put proc/cmdline 'root=/dev/sda2 fadump=on crashkernel=768M fadump=off'
	put sys/kernel/fadump/bootargs_append fadump=off
	put sys/kernel/fadump/mem_reserved 0
	log 6 'fadump: Updated cmdline: root=/dev/sda2 fadump=on crashkernel=768M fadump=off'
	log_init
	memory 3105792
	;;
undecided)
	capture 1 0
	: >"$root/dev/kmsg"
	;;
released | released-only)
	capture 1 0
	log_init
	log 6 "$freed"
	memory 2319872
	[ "$situation" = released-only ] || {
		put sys/kernel/fadump/registered 1
		log 6 'rtas fadump: Registration is successful!'
	}
	;;
esac
