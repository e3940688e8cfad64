/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens after the capture, as on-success and on-failure say. */
#pragma once

#include "run/run.h"

/*
 * Only a capture boot's initramfs acts; in the running system the machine is in use and nothing is
 * rebooted under it. Returns when the boot goes on.
 */
void policy_apply(struct run *run, enum run_outcome outcome);
