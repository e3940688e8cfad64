// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/page.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define SOFT_OFFLINE "/sys/devices/system/memory/soft_offline_page"
#define FLAGS        "/proc/kpageflags"
#define HWPOISON     (UINT64_C(1) << 19)
#define RESERVED     (UINT64_C(1) << 32)

int page_take(const struct root *root, uint64_t addr)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "0x%" PRIx64, addr);
	return root_write(root, SOFT_OFFLINE, text);
}

bool page_is_held(const struct root *root, uint64_t addr, uint64_t page_size)
{
	_cleanup_close_ int fd = root_open(root, FLAGS, O_RDONLY, 0);
	uint64_t flags;

	if (fd < 0 || page_size == 0)
		return false;
	return pread(fd, &flags, sizeof(flags), (off_t)(addr / page_size * sizeof(flags))) ==
		       sizeof(flags) &&
	       (flags & (RESERVED | HWPOISON));
}
