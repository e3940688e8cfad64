// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as a core: an answer, and segments that lie in the file. */
#include "base/io.h"
#include "base/macros.h"
#include "crash/vmcore.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("core", MFD_CLOEXEC);
	enum vmcore_problem problem = VMCORE_OK;
	struct vmcore core;
	uint64_t sum = 0;
	size_t i;
	int r;

	if (fd < 0 || pwrite_full(fd, data, size, 0) < 0)
		abort();
	r = vmcore_read(fd, 0, &core, &problem);
	if (r == 0 ? problem != VMCORE_OK || core.detail[0] || !core.cpus || !core.n_segments
		   : r != -EINVAL || problem == VMCORE_OK || !core.detail[0])
		abort();
	for (i = 0; i < core.n_segments; i++) {
		if (!range_ok(core.segments[i].offset, core.segments[i].size, size))
			abort();
		sum += core.segments[i].size;
	}
	if (core.size != size || (r == 0 && (sum != core.memory || sum > size)))
		abort();
	vmcore_deinit(&core);
	(void)close(fd);
	return 0;
}
