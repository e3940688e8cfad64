// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes are a property or are none; nothing is said of one that is none. */
#include "crash/kernel_dump.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_dump d = {.reserved_at = 1, .boot_end = 2, .append_at = 3, .n_boot = 4};
	uint8_t *copy = malloc(size ? size : 1);
	int r;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	r = kernel_dump_parse(copy, size, &d);
	if (r != 0 && (r != -EINVAL || d.reserved_at != 1 || d.boot_end != 2 || d.append_at != 3 ||
		       d.n_boot != 4))
		abort();
	if (r == 0 && (!d.boot_end || size < 80 || d.n_boot > KERNEL_DUMP_BOOT_MAX))
		abort();
	free(copy);
	return 0;
}
