/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vmcore_read() in a child that can do no harm (base/confined.h): the headers and notes of a core
 * were left by a kernel that crashed, and libelf and we read them as root on every capture boot.
 * What the child answers is checked before it is believed.
 */
#pragma once

#include "base/confined.h"
#include "crash/vmcore.h"

/*
 * As vmcore_read(); the size is what fstat says here. Another -errno than -EINVAL with how->why
 * filled: the child crashed, hung or talked nonsense, and nothing is known of the core.
 */
int vmcore_judge(int fd, uint64_t page_size, struct vmcore *out, enum vmcore_problem *problem,
		 struct confined_result *how) _must_check_;
