# SPDX-License-Identifier: GPL-2.0-or-later
"""Four crashes in a row: the first dump and the newest stay, every log does, and one too many is released for its log alone."""

import json

from harness import dumps

CONF = "keep = 2\nrate-limit = 3/1h\n"
DIRECTORY = "/var/crash"


def run(lab):
    with lab.vm(files={dumps.CONF: dumps.ON_ROOT + CONF}) as vm:
        vm.boot()
        for number in (1, 2, 3):
            vm.crash_and_return()
            dumps.released(lab, vm)
            lab.equal(dumps.status(vm)["last_capture"], "captured", f"crash {number}")
        listed = entries(vm)
        lab.equal([one["state"] for one in listed], ["complete", "log", "complete"], "states after three crashes")
        for one in listed:
            lab.require(vm.exists(f"{DIRECTORY}/{one['dir']}/vmcore-dmesg.txt"), f"the log of {one['dir']} is gone")
        first, last = listed[0]["dir"], listed[-1]["dir"]
        vm.run(f"fadump-ng verify --full {DIRECTORY}/{first} && fadump-ng verify --full {DIRECTORY}/{last}")
        lab.contains(vm.run(f"fadump-ng show {first}").stdout, "sysrq", "show: what it died of")

        vm.crash_and_return()
        dumps.released(lab, vm)
        now = dumps.status(vm)
        lab.equal((now["last_capture"], now["last_policy"]), ("limited", "rate-limit"), "status of the fourth")
        listed = entries(vm)
        lab.equal([one["state"] for one in listed], ["complete", "log", "complete", "log"], "states after four crashes")
        lab.equal((listed[0]["dir"], listed[2]["dir"]), (first, last), "the dumps that stayed")
        path = f"{DIRECTORY}/{listed[3]['dir']}"
        lab.equal(json.loads(vm.read(f"{path}/manifest.json"))["policy"]["name"], "rate-limit", "manifest: policy")
        lab.contains(vm.read(f"{path}/vmcore-dmesg.txt"), "Kernel panic", "the log of the fourth")
        lab.contains(dumps.capture_log(vm), "without a dump, as rate-limit says", "journal")
        vm.poweroff()
        dumps.log_in(lab, vm, vm.root, f"{DIRECTORY}/{first}")


def entries(vm):
    """The dumps as `list` has them, in their order."""
    return json.loads(vm.run("fadump-ng list --json").stdout)["dumps"]
