/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a boot that carried on after a capture lacks until the next reboot, as far as it can be seen
 * in this machine.
 */
#pragma once

#include "base/root.h"
#include "run/limits.h"

#define DEGRADED_DRIVERS_MAX 8

struct degraded {
	struct limits limits;
	bool no_huge_pages; /* HugeTLB is off */
	/* Adapters whose drivers take fewer queues while the kernel takes itself for one that
	 * captures: "eth0 (mlx5_core): 1 queue for 64 CPUs" */
	char drivers[DEGRADED_DRIVERS_MAX][120];
	size_t n_drivers;
};

/* memory: MemTotal in bytes. Only for a boot that captured and carried on. */
void degraded_find(const struct root *root, uint64_t memory, struct degraded *out);
