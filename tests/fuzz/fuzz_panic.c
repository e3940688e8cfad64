// SPDX-License-Identifier: GPL-2.0-or-later
/* Any bytes as the crashed kernel's log: the line that tells why it died can be shown, is of the
 * log, and fits any room. */
#include "dump/panic.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t size, size_t room)
{
	char *out = malloc(room);
	size_t n, i;

	if (!out)
		abort();
	memset(out, 0x5a, room);
	panic_find(text, size, out, room);
	n = strnlen(out, room);
	if (n == room || n > size)
		abort();
	for (i = 0; i < n; i++)
		if (out[i] < ' ' || out[i] > '~')
			abort();
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	check(text, size, 256);
	check(text, size, 1);
	check(text, size, size % 300 + 1);
	return 0;
}
