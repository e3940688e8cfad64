# SPDX-License-Identifier: GPL-2.0-or-later
"""Drop boxes by SSH: each that cannot take the dump is said, the next one takes it; then the connections are cut in the middle
of it, and the upload is resumed."""

import time

from harness import arrived, dumps

WAITS = True

TARGETS = [
    ("ssh://dumps@10.0.2.2:2201/upload", ("host key",)),  # known_hosts has another key for this port
    ("ssh://stranger@10.0.2.2/upload", ("Permission denied", "refused")),
    ("ssh://small@10.0.2.2/upload", ("space", "room", "full")),
    ("ssh://dumps@10.0.2.2:2299/upload", ("Connection refused", "refused")),  # nobody there
    ("ssh://dumps@10.0.2.2/upload?connections=4", None),
]


def run(lab):
    conf = "".join(f"target = {url}\n" for url, _ in TARGETS) + "keep-free = 0\n"
    # A key that is not the server's.
    with lab.sshd("other-sshd", ports=(2222,)) as other, \
            lab.sshd(ports=(22, 2201), boxes={"dumps": None, "small": "6M"}) as sshd:
        known = sshd.known_hosts(ports=(22,)) + other.known_hosts(ports=(2201,))
        files = {**arrived.ssh_files(sshd), arrived.KNOWN_HOSTS: known, arrived.RECORD: arrived.STATIC, dumps.CONF: conf}
        with lab.vm(files=files, network=True) as vm:
            vm.boot()
            arrived.untouched(lab, vm)
            vm.crash_and_return()
            dumps.released(lab, vm)
            first = chain(lab, vm, sshd)
            cut(lab, vm, sshd, first)


def chain(lab, vm, sshd):
    """The last target of the list has the dump, and what became of the others is known."""
    path, manifest = arrived.the_dump(lab, sshd.upload())
    journal = dumps.capture_log(vm)
    lab.equal([target["ok"] for target in manifest["targets"]], [False] * 4 + [True], "manifest: the fates of the targets")
    for target, (url, words) in zip(manifest["targets"], TARGETS):
        lab.note(f"{url}: {target.get('reason')}")
        lab.contains(journal, url.split("?")[0], "journal")
        if words:
            lab.require(any(word in target["reason"] for word in words), f"{url}: none of {words} in {target['reason']!r}")
            lab.require(any(word in line for line in journal.splitlines() for word in words if url in line),
                        f"the journal does not say of {url} any of {words}:\n{journal}")
    arrived.nothing(lab, sshd.upload("small"))
    dumps.panic_in(lab, path / "vmcore")
    return path


def cut(lab, vm, sshd, first):
    """The server's sessions die, and after seconds without a server it takes the rest."""
    vm.wait_capture(vm.crash())
    vm.wait(lambda: arrived.growing(sshd.upload(), 2 << 20), 300, "the upload to begin")
    sshd.kill()
    lab.require(arrived.growing(sshd.upload()), "the dump was complete before the server was killed")
    time.sleep(5)
    sshd.start()
    vm.wait_login(300)
    dumps.released(lab, vm)
    path, manifest = arrived.the_dump(lab, sshd.upload(), number=2)
    lab.require(path != first, "two crashes, one name")
    lab.note(manifest["targets"][-1])
    lab.require(manifest["targets"][-1].get("resumed", 0) > 0, "manifest: the upload was not resumed")
    vm.poweroff()
