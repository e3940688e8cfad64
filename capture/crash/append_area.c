// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/append_area.h"

#include "base/cleanup.h"
#include "crash/kernel_dump.h"
#include "crash/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum append_area append_area_find(const struct root *root, const struct fadump_state *before,
				  uint64_t *addr)
{
	struct kernel_dump d;
	int err;

	*addr = 0;
	if (!before->append_known)
		return APPEND_AREA_SAFE;
	err = kernel_dump_read(root, &d);
	if (err < 0)
		return APPEND_AREA_EXPOSED;
	/* Below the end of the boot memory the capture kernel reserves it for itself. */
	if (d.append_at < d.boot_end)
		return APPEND_AREA_SAFE;
	if (before->mem_reserved > 0 && d.append_at >= d.reserved_at &&
	    d.append_at - d.reserved_at < (uint64_t)before->mem_reserved)
		return APPEND_AREA_SAFE;
	*addr = d.append_at;
	return APPEND_AREA_EXPOSED;
}

/* The page may have been in use since the release: the text is written again then. */
static int put_back(const struct root *root, const struct fadump_state *before)
{
	struct fadump_state now;
	int err = fadump_read(root, &now);

	if (err < 0 || strcmp(now.append, before->append) == 0)
		return err;
	return fadump_write_append(root, &now, before->append);
}

enum append_area append_area_take(const struct root *root, const struct fadump_state *before,
				  uint64_t addr, int *err)
{
	*err = -ENODATA;
	if (!addr)
		return APPEND_AREA_EXPOSED;
	/* A kernel that keeps it would only refuse; in one that was taken before, the text is good.
	 */
	if (page_is_held(root, addr, (uint64_t)sysconf(_SC_PAGESIZE)))
		return APPEND_AREA_SAFE;
	*err = page_take(root, addr);
	if (*err == 0)
		*err = put_back(root, before);
	return *err == 0 ? APPEND_AREA_TAKEN : APPEND_AREA_EXPOSED;
}

bool append_area_is_ours(const struct root *root, const char *text)
{
	_cleanup_free_ char *line = NULL;
	size_t len, n = strlen(text);

	if (root_read(root, "/proc/cmdline", 2 * sizeof(((struct fadump_state *)0)->append), &line,
		      &len) < 0)
		return false;
	while (len > 0 && line[len - 1] == '\n')
		len--;
	return n < len && line[len - n - 1] == ' ' && memcmp(line + len - n, text, n) == 0;
}
