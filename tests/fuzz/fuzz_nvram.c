// SPDX-License-Identifier: GPL-2.0-or-later
/* What is found lies within the memory, is a whole string, and has the name that was asked for. */
#include "base/nvram.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAME "fadump-ng-attempts="

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nvram_string s, before;
	uint8_t *copy = malloc(size ? size : 1);
	int r;

	if (!copy)
		abort();
	memcpy(copy, data, size);
	memset(&s, 0x5a, sizeof(s));
	before = s;
	r = nvram_find(copy, size, NAME, &s);
	if (r == 0 && (s.off < 16 || !range_ok(s.off, s.len + 1, size) || copy[s.off + s.len] ||
		       memchr(copy + s.off, '\0', s.len) || s.len < strlen(NAME) ||
		       memcmp(copy + s.off, NAME, strlen(NAME)) != 0))
		abort();
	/* Room for a new one: behind a string, or at the beginning; its NUL and another fit. */
	if (r == -ENOENT &&
	    (s.off < 16 || !range_ok(s.off, s.len ? s.len + 2 : 1, size) || copy[s.off]))
		abort();
	if (r < 0 && r != -ENOENT &&
	    ((r != -EINVAL && r != -ENODEV) || memcmp(&s, &before, sizeof(s)) != 0))
		abort();
	free(copy);
	return 0;
}
