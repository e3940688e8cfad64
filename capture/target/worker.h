/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A target served by a process of its own. A file system that does not answer blocks whoever asks
 * in the kernel, where no signal reaches; so somebody else asks, and can be given up: after
 * target_ops.patience_ms, or at the target's deadline, the target has failed and the capture goes
 * on. What was asked of it may still happen later; nobody is told that it did, so it never counts.
 */
#pragma once

#include "target/target.h"

/* t->served by another process, which open() starts. Needs target_ops.patience_ms. */
extern const struct target_ops worker_ops;
