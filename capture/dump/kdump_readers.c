// SPDX-License-Identifier: GPL-2.0-or-later
#include "dump/kdump_readers.h"

#include <stdio.h>
#include <string.h>

#define KEY "OSRELEASE="

void kdump_find_osrelease(const char *buf, size_t len, char *out, size_t size)
{
	const char *end = buf + len, *line = buf, *eol;

	*out = '\0';
	for (; line < end; line = eol + 1) {
		eol = memchr(line, '\n', (size_t)(end - line));
		/* The last one may be cut. */
		if (!eol)
			return;
		if ((size_t)(eol - line) < strlen(KEY) || memcmp(line, KEY, strlen(KEY)) != 0)
			continue;
		(void)snprintf(out, size, "%.*s", (int)(eol - line - (ptrdiff_t)strlen(KEY)),
			       line + strlen(KEY));
		for (char *c = out; *c; c++)
			if (*c < ' ' || *c > '~')
				*c = '?';
		return;
	}
}

static bool machine_fits(const struct kdump_info *info)
{
	return strcmp(info->machine, info->big_endian ? "ppc64" : "ppc64le") == 0;
}

void kdump_doubt(const struct kdump_info *info, char *out, size_t size)
{
	bool release_fits = !info->osrelease[0] || strcmp(info->release, info->osrelease) == 0;

	*out = '\0';
	if (!release_fits)
		(void)snprintf(
			out, size,
			"its header says machine \"%s\" and release \"%s\", where VMCOREINFO "
			"says \"%s\": the pages are whole, but drgn and libkdumpfile may "
			"refuse to open it; makedumpfile is likely older than that kernel, "
			"use a newer one",
			info->machine, info->release, info->osrelease);
	else if (!machine_fits(info))
		(void)snprintf(out, size,
			       "its header says machine \"%s\", where a %s-endian dump of a POWER "
			       "machine has \"%s\": drgn and libkdumpfile may refuse to open it",
			       info->machine, info->big_endian ? "big" : "little",
			       info->big_endian ? "ppc64" : "ppc64le");
}
