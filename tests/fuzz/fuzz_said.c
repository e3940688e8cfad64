// SPDX-License-Identifier: GPL-2.0-or-later
/* What makedumpfile prints on stderr, in pieces: whatever comes, it stays text, in lines, and
 * bounded. */
#include "dump/said.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t step = size ? 1 + data[size - 1] % 200 : 1;
	struct said s = {0};

	for (size_t i = 0; i < size; i += step)
		said_feed(&s, data + i, size - i < step ? size - i : step);
	said_finish(&s);
	if (s.len >= sizeof(s.text) || strlen(s.text) != s.len)
		abort();
	if (s.len && s.text[s.len - 1] != '\n')
		abort();
	for (const char *c = s.text; *c; c++)
		if (*c != '\n' && (*c < ' ' || *c > '~'))
			abort();
	return 0;
}
