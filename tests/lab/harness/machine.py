# SPDX-License-Identifier: GPL-2.0-or-later
"""The hardware of a guest: sizes, and QEMU's command line."""

from . import cache

# What every guest has unless its scenario says otherwise. Not less boot memory than 768 MiB: from 384 MiB up to that, RTAS lies in
# the area that fadump reserves (docs/boot-memory.md). crashkernel= is capped at a quarter of memory.
MEMORY = "3G"
CPUS = 2
MAC = "52:54:00:12:34:56"
# Larger machines have memory that this host need not have: only pages that the guest touches are allocated.
SPARSE_FROM = 16 << 30
# crashkernel= by size of memory: (up to, argument).
BOOT_MEMORY = ((64 << 30, "768M"), (512 << 30, "1G"), (1 << 62, "4G"))


def to_bytes(size):
    return int(size[:-1]) << {"K": 10, "M": 20, "G": 30, "T": 40}[size[-1]]


def boot_memory(memory):
    """The crashkernel= argument of a machine with MEMORY."""
    return next(argument for limit, argument in BOOT_MEMORY if to_bytes(memory) <= limit)


def qemu_arguments(vm):
    """QEMU's command line for a vm.VM."""
    here = vm.directory
    out = ["-name", here.name, "-S", "-nodefaults", "-display", "none", "-no-user-config",
           "-machine", "pseries,x-vof=on", "-cpu", "POWER10", "-accel", "tcg,thread=multi",
           *_memory(vm), "-smp", str(vm.smp),
           "-kernel", cache.kernel() / "vmlinux.boot", "-initrd", here / "initrd",
           # Emulation caches translated code by address: without address randomization a boot takes half the time.
           "-append", f"console=hvc0 root=LABEL=root rw norandmaps fadump={vm.fadump} crashkernel={vm.crashkernel} {vm.cmdline}",
           *_socket(here, "console"), "-device", "spapr-vty,chardev=console",
           *_socket(here, "told"), "-device", "spapr-vty,chardev=told",
           *_socket(here, "monitor"), "-mon", "chardev=monitor,mode=control",
           *_socket(here, "agent"), "-device", "virtio-serial-pci", "-device",
           "virtserialport,chardev=agent,name=org.fadump-ng.agent",
           # The machine's non-volatile memory, as real firmware leaves it.
           "-drive", f"if=pflash,format=raw,file={here}/nvram"]
    # The network card before further disks, so that it has the same name however many there are.
    root, *others = vm.disks
    out += _disk(root)
    if vm.switch:
        out += [*vm.switch.netdev(), "-device", f"virtio-net-pci,netdev=net,mac={MAC}"]
    elif vm.network:
        out += ["-netdev", "user,id=net", "-device", f"virtio-net-pci,netdev=net,mac={MAC}"]
    for disk in others:
        out += _disk(disk)
    return [str(argument) for argument in out + vm.extra]


def _memory(vm):
    if to_bytes(vm.memory) >= SPARSE_FROM and not vm.slots:
        return ["-m", vm.memory, "-object", f"memory-backend-ram,id=memory,size={vm.memory},reserve=off",
                "-machine", "memory-backend=memory"]
    return ["-m", vm.memory + (f",slots={vm.slots},maxmem={vm.maxmem}" if vm.slots else "")]


def _socket(directory, name):
    return ["-chardev", f"socket,id={name},path={directory}/{name},server=on,wait=off"]


def _disk(disk):
    return [*disk.drive(), "-device", f"virtio-blk-pci,drive={disk.name},serial={disk.name}"]
