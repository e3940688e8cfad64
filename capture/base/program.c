// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_in(const char *directories, const char *name)
{
	char path[4096];
	size_t n;

	for (; directories; directories = directories[n] ? directories + n + 1 : NULL) {
		n = strcspn(directories, ":");
		if (snprintf(path, sizeof(path), "%.*s/%s", (int)n, directories, name) <
			    (int)sizeof(path) &&
		    access(path, X_OK) == 0)
			return true;
	}
	return false;
}

bool program_exists(const char *name)
{
	return is_in(getenv("PATH"), name) || is_in("/usr/sbin:/sbin", name);
}
