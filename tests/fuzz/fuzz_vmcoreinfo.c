// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as VMCOREINFO: refused with a reason, or fields that are what they promise to be. */
#include "crash/vmcoreinfo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t size)
{
	const char *nul = memchr(text, '\0', size);

	if (!nul)
		abort();
	for (; text < nul; text++)
		if (*text < ' ' || *text > '~')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *where = NULL;
	struct vmcoreinfo v;
	int r = vmcoreinfo_parse((const char *)data, size, &v, &where);

	if (r < 0) {
		if (r != -EINVAL || !where)
			abort();
		return 0;
	}
	check_text(v.osrelease, sizeof(v.osrelease));
	check_text(v.build_id, sizeof(v.build_id));
	check_text(v.architecture, sizeof(v.architecture));
	if (where || !v.osrelease[0] || v.page_size < 4096 || (v.page_size & (v.page_size - 1)) ||
	    v.crash_time < 0)
		abort();
	return 0;
}
