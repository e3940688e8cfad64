/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ssh:// targets: a directory on another machine, over SFTP. A plain vmcore arrives there, by an
 * account that needs no shell. */
#pragma once

#include "target/target.h"

extern const struct target_ops ssh_ops;
