/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The number of a device as sysfs writes it, in a file `dev`: "MAJOR:MINOR" and a newline. */
#pragma once

#include "base/macros.h"

#include <sys/types.h>

/* What follows the minor number is left unread. 0 or -ENODATA. */
int device_number_parse(const char *text, dev_t *out) _must_check_;
