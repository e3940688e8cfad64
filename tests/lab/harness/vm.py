# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest: a pseries machine with fadump, its disks, its console, its monitor and the agent in it."""

import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import time

from . import cache, machine, nvram, saved, times
from .agent import Agent
from .console import Console
from .cpio import append
from .disks import CopiedDisk
from .failure import PATIENCE, Failure
from .qmp import Qmp
from .standstill import Standstill
from .vlan import Vlan

LOGIN = r"guest login: "
# The kernel's own lines only: what is said of the last crash looks alike.
PANIC = r"^(?:guest login: )?(?:\[[ 0-9.]+\])?(?:\[ *T\d+\])? ?(Kernel panic - not syncing: .*|systemd\[1\]: Freezing execution.*)"
EMERGENCY = r"(Entering emergency mode|Press Enter for maintenance|^dracut:.*# |emergency shell|Dropping to debug shell)"
# Kernel messages and those of programs meet on the console in pieces of 16 bytes. Where a scenario ends before a login, and so
# before its journal can be asked for, the journal goes out by a terminal of its own.
TELL_ALL = {"/etc/systemd/journald.conf.d/zz-lab.conf":
            "[Journal]\nForwardToConsole=yes\nTTYPath=/dev/hvc1\nMaxLevelConsole=debug\n"}
CAPTURE_KERNEL = r"fadump: Firmware-assisted dump is active|rtas fadump: .*is active|vmcore: .*elfcorehdr"


class VM:
    """Use as a context manager: leaving it ends QEMU.

    directory  where images and logs go
    memory     of the machine, of any size ("1000G": sparse, and crashkernel= as machine.py has it for that size); slots and
               maxmem as QEMU has them, for hot-adding
    smp        number of CPUs
    disks      further disks.Disk objects; the root disk is vm.root, a private copy
    cmdline    what to append to the kernel's command line; fadump and crashkernel set its main words
    initrd     a variant of cache.VARIANTS, or the path of an uncompressed image of the scenario's own
    files      put into the root file system (of a restored machine: while it runs) and into the initramfs: {path: content}, the content
               text, bytes, or (content, mode). initrd_files and root_files: into only one of them.
    told       the initramfs's journal can be read as it is written, from vm.told, a console.Console
    network    whether there is a network card (the host is 10.0.2.2 and fec0::2, the guest 10.0.2.15 by DHCP); its address is machine.MAC
    vlan       the card is at a switch port that knows only frames of this VLAN
    qemu       further words for QEMU's command line
    from_power_on   the scenario is about booting: not to be started from a saved machine
    often      a machine of these unusual sizes is started often: worth saving
    """

    def __init__(self, directory, memory=machine.MEMORY, slots=0, maxmem=None, smp=machine.CPUS, disks=(), cmdline="",
                 fadump="on", crashkernel=None, initrd="106", files=None, initrd_files=None, root_files=None, network=False,
                 vlan=None, qemu=(), told=False, from_power_on=False, often=False):
        self.directory = pathlib.Path(directory)
        self.memory, self.slots, self.maxmem, self.smp = memory, slots, maxmem, smp
        self.cmdline, self.fadump, self.crashkernel = cmdline, fadump, crashkernel or machine.boot_memory(memory)
        self.variant, self.network, self.vlan, self.extra = initrd, network, vlan, list(qemu)
        self.from_power_on, self.often = from_power_on, often
        self.root = CopiedDisk("root", cache.tree() / "root.img")
        self.disks = [self.root, *disks]
        self.initrd_files = {**(files or {}), **(initrd_files or {}), **(TELL_ALL if told else {})}
        self.root_files = {**(files or {}), **(root_files or {})}
        self.expect_emergency = False  # a scenario that means to end up in a rescue shell says so
        self.echo = None  # called with each line of the console
        self.boot_id = None
        self.process = self.console = self.told = self.qmp = self.agent = self.switch = self.standstill = None
        self._panics_seen = 0  # console offset up to which panics are accounted for
        self._awaited = 0  # console offset from which the next login is looked for
        self._made = self._restores = False
        self._restored_from = None

    # Power

    def make(self):
        """Create the images. start() does it where the scenario had nothing to change before."""
        if self._made:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        why_not = saved.why_not(self)
        self._restores = not why_not
        if self._restores:
            saved.shape(self)
            place = self._restored_from = saved.directory(self)
            self.root.original = place / "root.img"
            shutil.copyfile(place / "nvram", self.directory / "nvram")
        else:
            print(f"# {self.directory.name} boots from power-on: {why_not}", flush=True)
            (self.directory / "nvram").write_bytes(nvram.image())
        for disk in self.disks:
            disk.make(self.directory)
        if not self._restores:
            for path, content in self.root_files.items():
                self.root.write(path, *(content if isinstance(content, tuple) else (content,)))
        image = self.directory / "initrd"
        own = isinstance(self.variant, pathlib.Path)
        shutil.copyfile(self.variant if own else cache.initrd(self.variant), image)
        changed = {**({} if own else cache.program(self.variant)), **self.initrd_files}
        if changed:
            append(image, changed)
        self._made = True

    def start(self):
        """Power on, or restore a saved machine if this one may use it and has not run yet; whether it was restored."""
        self.make()
        restores, self._restores = self._restores, False
        sockets = "console", "told", "monitor", "agent"
        for name in sockets:
            (self.directory / name).unlink(missing_ok=True)
        self.switch = Vlan(self.directory, self.vlan) if self.vlan else None
        number = len(list(self.directory.glob("console-*.log"))) + 1
        places = {self.directory, cache.CACHE, *(disk.path.parent for disk in self.disks)}
        arguments = machine.qemu_arguments(self) + (["-incoming", "defer"] if restores else [])
        command = cache.qemu(arguments, sorted(places))
        with open(self.directory / "qemu.log", "a", encoding="utf-8") as out:
            out.write(shlex.join(command) + "\n")
            out.flush()
            # setpriv: QEMU dies with us, however we die.
            self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=out)
        self._until(lambda: all((self.directory / name).exists() for name in sockets), 30, "QEMU to start")
        self.console = Console(self.directory / "console", self.directory / f"console-{number}.log", self.echo)
        self.told = Console(self.directory / "told", self.directory / f"told-{number}.log")
        self.agent = Agent(self.directory / "agent")
        self.qmp = Qmp(self.directory / "monitor")
        self._panics_seen = self._awaited = 0
        self.boot_id = None
        self.standstill = Standstill()
        if restores:
            saved.load(self, self._restored_from)
        self.qmp("cont")
        return restores

    def kill(self):
        """End QEMU, as if the power was cut; the disks stay."""
        for part in (self.console, self.told, self.agent, self.qmp, self.switch):
            if part:
                part.close()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process:
            self.process.wait()
        self.process = self.console = self.told = self.agent = self.qmp = self.switch = None

    def poweroff(self, timeout=90):
        """Shut the guest down in order and wait for QEMU to end."""
        self.agent.send("systemctl poweroff", 30)
        self.wait_off(timeout)

    def wait_off(self, timeout=90):
        """Wait until the guest has powered itself off."""
        try:
            with times.spent("poweroff"):
                self.process.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failure(f"the guest did not power off within {timeout} s") from None
        self.kill()

    def reset(self):
        """The reset button."""
        self._panics_seen = self.console.mark()
        self.qmp("system_reset")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def seconds(self):
        """Seconds since power-on."""
        return self.console.now()

    # Waiting

    def check(self):
        """Fail at once if the guest cannot go on."""
        if self.process.poll() is not None:
            raise Failure(f"QEMU ended by itself with status {self.process.returncode}")
        if not self.console:
            return
        panic = self.console.search(PANIC, self._panics_seen)
        if panic:
            raise Failure(f"the guest died: {panic[1]}")
        emergency = self.console.search(EMERGENCY, self._panics_seen)
        if emergency and not self.expect_emergency:
            raise Failure(f"the guest fell into a rescue shell: {emergency[0].strip()}")
        self.standstill.look(self)

    def _until(self, done, timeout, what):
        """Wait until DONE() is true and return what it returned."""
        end = time.monotonic() + timeout * PATIENCE
        while True:
            result = done()
            if result:
                return result
            self.check()
            if time.monotonic() > end:
                raise Failure(f"waited {timeout} s in vain for {what}")
            if self.console:
                self.console.pause(0.2)
            else:
                time.sleep(0.05)

    def wait_for(self, pattern, timeout=120, since=0):
        """Wait for PATTERN (a regular expression, multi-line) on the console after the offset SINCE; the match."""
        return self._until(lambda: self.console.search(pattern, since), timeout, f"/{pattern}/ on the console")

    def wait_told(self, pattern, timeout=120, since=0):
        """The same in the initramfs's journal (told=True)."""
        return self._until(lambda: self.told.search(pattern, since), timeout, f"/{pattern}/ in the journal")

    def wait(self, done, timeout, what):
        """Wait until DONE(), which is asked often, is true."""
        end = time.monotonic() + timeout * PATIENCE
        while not done():
            self.check()
            if time.monotonic() > end:
                raise Failure(f"waited {timeout} s in vain for {what}")
            time.sleep(0.01)

    def wait_login(self, timeout=180):
        """Wait for the agent of a boot that was not seen yet and for the login prompt; seconds since power-on."""
        mark = self._awaited
        with times.spent("login"):
            self._until(self.agent_came, timeout, "a login")
        self.boot_id = self.agent.boot_id
        # The prompt may be torn by a message of the kernel's: then the one who prompts is looked for.
        self._until(lambda: self.console.search(LOGIN, mark) or self.run("pgrep -x agetty", check=False).status == 0, 60,
                    "the login prompt")
        prompt = self.console.search(LOGIN, mark)
        self._awaited = self.console.mark()
        return self.console.time(prompt.start()) if prompt else self.seconds()

    def agent_came(self):
        """Whether a boot that was not seen yet has come to its login."""
        self.agent.listen(0.05)
        return self.agent.boot_id not in (None, self.boot_id)

    def boot(self, timeout=180):
        """Bring the guest to its login, from power-on or from a saved machine; seconds since QEMU was started."""
        with times.spent("start"):
            if not self.start():
                return self.wait_login(timeout)
            saved.wake(self)
            return self.seconds()

    # In the guest

    def run(self, command, timeout=60, check=True):
        """Run COMMAND by bash in the guest: agent.Result(status, stdout, stderr). With check a status but 0 is a failure."""
        number = self.agent.send(command, int(timeout * PATIENCE))
        with times.spent("verify" if "verify" in command else "commands"):
            result = self._until(lambda: self.agent.answer(number, 0.2), timeout + 10, f"the end of: {command}")
        if check and result.status:
            raise Failure(f"in the guest: {command}: status {result.status}: {(result.stderr or result.stdout).strip()}")
        return result

    def wait_until(self, command, timeout=60):
        """Wait until COMMAND succeeds in the guest."""
        self._until(lambda: self.run(command, check=False).status == 0, timeout, f"success of: {command}")

    def read(self, path):
        """The content of a file in the guest, without the newline at its end."""
        return self.run(f"cat {shlex.quote(path)}").stdout.rstrip("\n")

    def exists(self, path):
        return self.run(f"test -e {shlex.quote(path)}", check=False).status == 0

    def registered(self):
        return self.read("/sys/kernel/fadump/registered") == "1"

    def memtotal(self):
        """MemTotal in kB."""
        return int(re.search(r"MemTotal:\s+(\d+)", self.read("/proc/meminfo"))[1])

    def uptime(self):
        return float(self.read("/proc/uptime").split()[0])

    def journal(self, unit=None):
        """This boot's journal, initramfs included."""
        return self.run("journalctl -b -o short-monotonic --no-pager" + (f" -u {unit}" if unit else "")).stdout

    def fill_memory(self, megabytes):
        """Have MEGABYTES of the guest's memory in use, with bytes that do not compress away."""
        self.run("mount -o remount,size=90% /dev/shm && head -c 16M /dev/urandom >/run/piece && "
                 f"while cat /run/piece; do :; done 2>/dev/null | head -c {megabytes}M >/dev/shm/fill-$$", timeout=300)

    def add_memory(self, size="1G"):
        """Plug in memory (needs slots and maxmem)."""
        number = len(self.qmp("query-memory-devices"))
        self.qmp("object-add", qom_type="memory-backend-ram", id=f"mem{number}", size=machine.to_bytes(size))
        self.qmp("device_add", driver="pc-dimm", id=f"dimm{number}", memdev=f"mem{number}")

    # Crashes

    def crash(self, timeout=60):
        """Crash the kernel (sysrq c) and return the console offset where what comes after begins."""
        since = self.console.mark()
        self.agent.send("sync; echo c >/proc/sysrq-trigger", 30)
        return self.expect_panic("sysrq triggered crash", since, timeout)

    def expect_panic(self, text, since=0, timeout=60):
        """Wait for a panic that the scenario caused; the console offset behind it."""
        self._panics_seen = 1 << 60
        try:
            end = self.wait_for(r"Kernel panic - not syncing: .*" + text + r".*\n|^rtas fadump: .* is active\.", timeout,
                                since).end()
        finally:
            self._panics_seen = since
        self._panics_seen = end
        return end

    def wait_capture(self, since, timeout=120):
        """Wait for the kernel that finds the dump; the console offset of it."""
        with times.spent("reboot"):
            return self.wait_for(r"Linux version .*", timeout, since).start()

    def crash_and_return(self, timeout=300):
        """crash(), and wait for the login of the capture boot. The console offset of the capture boot's beginning."""
        start = self.wait_capture(self.crash())
        self.wait_login(timeout)
        return start
