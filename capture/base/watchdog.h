/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The watchdog of the hypervisor, by Linux's watchdog API. Its expiry resets the machine and leaves
 * a firmware-assisted dump intact. Of no other watchdog is that known, and of some the opposite:
 * softdog restarts by the kernel's own way, which invalidates the dump. So only this one's driver
 * is looked for, and no other device is so much as opened, which would arm it.
 */
#pragma once

#include "base/root.h"

#define WATCHDOG_DRIVER "pseries-wdt"

struct watchdog {
	int fd;
};

/*
 * Can it be used? 0; -ENODEV there is none; -EPERM it could not be stopped again ("nowayout");
 * -ENOTSUP its expiry would do something else than reset the machine ("action"). Arms nothing.
 */
int watchdog_probe(const struct root *root) _must_check_;

/*
 * Arm it, or take over one that was left armed, and give it so many seconds from now on. 0; what
 * watchdog_probe() says; -EBUSY another process has it; or -errno.
 */
int watchdog_arm(const struct root *root, unsigned int seconds, struct watchdog *out) _must_check_;
/* All seconds again. 0 or -errno. */
int watchdog_feed(const struct watchdog *w) _must_check_;
/* Stop it. 0 or -errno. */
int watchdog_stop(struct watchdog *w) _must_check_;
/* Let go of it while it runs: it resets the machine unless it is armed again in time. */
void watchdog_leave(struct watchdog *w);
