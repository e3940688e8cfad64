/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file:// targets: a directory on a mounted file system, or on a device that the capture mounts
 * itself. */
#pragma once

#include "target/target.h"

extern const struct target_ops disk_ops;
