/* SPDX-License-Identifier: GPL-2.0-or-later */
#pragma once

#include <errno.h>

/* What to add to a message about an error that a lack of rights makes; "" for any other. */
static inline const char *rights_advice(int err)
{
	return err == -EACCES || err == -EPERM ? "; run as root" : "";
}
