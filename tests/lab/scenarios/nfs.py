# SPDX-License-Identifier: GPL-2.0-or-later
"""NFS 4.2 and NFS 3 take one dump in one pass; in a second crash one server stops answering in the middle, the other one
still takes the dump, and the boot goes on without the first."""

import filecmp

from harness import arrived, dumps
from harness.failure import PATIENCE

WAITS = True


def run(lab):
    with lab.nfs("four") as four, lab.nfs("three", port=2050, mountport=20050) as three:
        conf = "deadline = 4m\ntarget = nfs://10.0.2.2/export?vers=4.2\n" \
            f"target = also nfs://10.0.2.2:{three.port}/export?vers=3&mountport={three.mountport}\n"
        with lab.vm(files={dumps.CONF: conf, arrived.RECORD: arrived.STATIC}, network=True) as vm:
            vm.boot()
            vm.crash_and_return()
            dumps.released(lab, vm)
            paths = []
            for server in four, three:
                path, manifest = arrived.the_dump(lab, server.export)
                lab.equal([target["ok"] for target in manifest["targets"]], [True, True], "manifest: the targets")
                paths.append(path)
            lab.require(filecmp.cmp(*(path / "vmcore" for path in paths), shallow=False), "the two dumps differ")
            dumps.panic_in(lab, paths[0] / "vmcore")
            stops(lab, vm, four, three)


def stops(lab, vm, four, three):
    vm.wait_capture(vm.crash())
    vm.wait(lambda: arrived.growing(four.export, 1), 300, "the dump to begin")
    four.freeze()
    lab.require(arrived.growing(four.export, 0), "the dump was complete before the server stopped")
    since = vm.console.mark()
    vm.wait_login(600)
    promptly(lab, vm, since)
    dumps.released(lab, vm)
    four.thaw()
    lab.equal(len(arrived.names(four.export)), 1, "dumps at the server that stopped")
    path, manifest = arrived.the_dump(lab, three.export, number=2)
    lab.equal([target["ok"] for target in manifest["targets"]], [False, True], "manifest: the targets")
    lab.note(f"{manifest['targets'][0]['reason']}; {path.name} is whole")
    # No orderly end: it would wait as long as systemd waits for the process that the server's silence holds in the kernel.


def promptly(lab, vm, since):
    """The boot does not wait for what the server that stopped was sent: systemd syncs all file systems when it changes the root."""
    begun = vm.console.search(r"initrd-switch-root\.service", since)
    done = vm.console.search(r"Welcome to ", since)
    lab.require(begun and done, "the change of root was not seen")
    seconds = vm.console.time(done.start()) - vm.console.time(begun.start())
    lab.note(f"the change of root took {seconds:.0f} s")
    lab.require(seconds < 40 * PATIENCE, "the boot waited for the server that stopped")
