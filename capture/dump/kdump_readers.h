/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What those who open a dump need of its header, and the structure alone does not show: drgn and
 * libkdumpfile take the architecture and the release from the utsname in it. A makedumpfile older
 * than the kernel may have read it from the wrong place.
 */
#pragma once

#include "base/macros.h"
#include "dump/kdump.h"

#include <stddef.h>

#define KDUMP_DOUBT 400 /* bytes of such a text */

/*
 * After kdump_check_structure(): what of the header does not fit, one line, lower case; "" when it
 * is as it should be. The pages are what they are either way.
 */
void kdump_doubt(const struct kdump_info *info, char *out, size_t size);
/* OSRELEASE of VMCOREINFO, or of as much of it as buf has; "" when it is not there. */
void kdump_find_osrelease(const char *buf, size_t len, char *out, size_t size);
