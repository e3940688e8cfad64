// SPDX-License-Identifier: GPL-2.0-or-later
#include "crash/user_pages.h"

#include "base/cleanup.h"

#include <string.h>

#define CMDLINE_MAX (64 * KIB)

bool user_pages_are_lost(const struct root *root, int level)
{
	_cleanup_free_ char *text = NULL;
	bool on = false, nocma = false;
	char *rest, *word;
	size_t len;

	if ((level & USER_PAGES_LEVEL) ||
	    root_read(root, "/proc/cmdline", CMDLINE_MAX, &text, &len) < 0)
		return false;
	rest = text;
	/* As the kernel reads it: the last of on and off counts, and nocma once given stays. */
	while ((word = strsep(&rest, " \n"))) {
		if (strcmp(word, "fadump=on") == 0)
			on = true;
		else if (strcmp(word, "fadump=off") == 0)
			on = false;
		else if (strcmp(word, "fadump=nocma") == 0)
			on = nocma = true;
	}
	return on && !nocma;
}
