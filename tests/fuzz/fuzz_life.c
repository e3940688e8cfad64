// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of /proc: nothing is read behind their end, and a process that is told of has a number. */
#include "base/life.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);
	struct life_stat s, before;
	int r;

	if (!text)
		abort();
	memcpy(text, data, size);
	memset(&s, 0x5a, sizeof(s));
	before = s;
	r = life_parse_stat(text, size, &s);
	if (r < 0 && (r != -EINVAL || memcmp(&s, &before, sizeof(s)) != 0))
		abort();
	if (r == 0 && (s.pid <= 0 || s.parent < 0))
		abort();
	(void)life_sum_io(text, size, true);
	(void)life_sum_io(text, size, false);
	(void)life_parse_written(text, size);
	free(text);
	return 0;
}
